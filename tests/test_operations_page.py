"""The page of operations says what the code does."""

from __future__ import annotations

import copy
from typing import Any

import botocore
import pytest

from pytest_ddbmock.engine import shapes
from pytest_ddbmock.engine.caller import caller
from pytest_ddbmock.engine.operation import Operation
from pytest_ddbmock.engine.request import Request
from pytest_ddbmock.engine.shapes import Shape
from pytest_ddbmock.errors import DynamoDBError, NotImplementedByMock
from pytest_ddbmock.operations import OPERATIONS
from pytest_ddbmock.testkit import operations_page
from pytest_ddbmock.transports.service_model import ModelShapes
from tests.support import every_request


def test_the_page_is_up_to_date() -> None:
    written = operations_page.PAGE.read_text(encoding="utf-8")
    if f"botocore {botocore.__version__}." not in written:
        pytest.skip("the page was written with another version of the service model")
    assert written == operations_page.page(), "run `python -m pytest_ddbmock.testkit.operations_page`"


def example(shape: Shape) -> Any:
    """The simplest value of a shape."""
    if shape.kind == shapes.STRUCTURE:
        return {name: example(shape.members[name]) for name in shape.required}
    if shape.kind in (shapes.LIST, shapes.MAP):
        assert shape.element is not None
        return [example(shape.element)] if shape.kind == shapes.LIST else {"name": example(shape.element)}
    if shape.kind in (shapes.STRING, shapes.BLOB):
        return shape.enum[0] if shape.enum else "x" * 40
    if shape.kind == shapes.BOOLEAN:
        return True
    return {"S": "x"} if shape.kind == shapes.ATTRIBUTE_VALUE else 1


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=[name for _, name in OPERATIONS])
def test_the_parameters_that_it_leaves_out_are_refused_and_no_others(operation: Operation) -> None:
    left_out = operations_page.not_served(operation)
    shape = ModelShapes().input(operation.service, operation.name)
    assert shape is not None
    for good in [params for name, params in every_request.known_requests() if name == operation.name]:
        for name, member in shape.members.items():
            account = every_request.new_account()
            params = {**every_request.with_names(account, copy.deepcopy(good)), name: example(member)}
            refused = None
            try:
                account.engine.call(
                    Request(operation.service, operation.name, params, caller("123456789012", "eu-west-1"))
                )
            except NotImplementedByMock as error:
                refused = error.what
            except DynamoDBError:
                pass
            assert (refused == f"the parameter {name}") == (name in left_out), (name, refused)
