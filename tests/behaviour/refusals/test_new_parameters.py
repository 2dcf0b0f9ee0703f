"""A parameter that AWS adds tomorrow, wherever it stands, is refused by name and never ignored."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from pytest_ddbmock.engine import shapes
from pytest_ddbmock.engine.caller import caller
from pytest_ddbmock.engine.request import Request
from pytest_ddbmock.engine.shapes import Shape
from pytest_ddbmock.errors import NotImplementedByMock
from pytest_ddbmock.operations import OPERATIONS
from pytest_ddbmock.transports.service_model import ModelShapes
from tests.support.accounts import Account
from tests.support.every_request import (
    KEY,
    REQUESTS,
    known_requests,
    new_account,
    service_of,
    shape_of,
    structures,
    with_names,
)

KNOWN = known_requests()
NEW = "BrandNew"
TEXT = Shape(shapes.STRING, "String")


class Tomorrow(ModelShapes):
    """The service model with a new member in every structure."""

    def input(self, service: str, operation: str) -> Shape | None:
        shape = super().input(service, operation)
        return None if shape is None else _grown(shape)


def _grown(shape: Shape) -> Shape:
    if shape.kind == shapes.STRUCTURE:
        members = {name: _grown(member) for name, member in shape.members.items()}
        return dataclasses.replace(shape, members={**members, NEW: TEXT})
    if shape.element is not None:
        return dataclasses.replace(shape, element=_grown(shape.element))
    return shape


@pytest.fixture
def account() -> Account:
    account = new_account()
    account.engine._shapes = Tomorrow()
    return account


def places() -> Iterator[Any]:
    for number, (operation, params) in enumerate(KNOWN):
        shape = shape_of(operation)
        assert shape is not None
        for position, (path, _) in enumerate(structures(shape, params)):
            yield pytest.param(number, position, id=f"{operation}-{number}-{path or 'top'}-{position}")


@pytest.mark.parametrize("number", range(len(KNOWN)))
def test_the_request_without_it_is_served(account: Account, number: int) -> None:
    operation, params = KNOWN[number]
    account.call(operation, **with_names(account, params))


@pytest.mark.parametrize("number, position", list(places()))
def test_a_new_parameter_is_refused_by_name(account: Account, number: int, position: int) -> None:
    operation, params = KNOWN[number]
    params = with_names(account, copy.deepcopy(params))
    service, shape = service_of(operation), shape_of(operation)
    assert shape is not None
    _, structure = list(structures(shape, params))[position]
    structure[NEW] = "x"
    seq, tables = account.engine.seq, [table.settings for table in account.engine.catalog.all_tables()]
    with pytest.raises(NotImplementedByMock, match=NEW) as caught:
        account.engine.call(Request(service, operation, params, caller("123456789012", "eu-west-1")))
    assert caught.value.operation == operation
    assert (account.engine.seq, [table.settings for table in account.engine.catalog.all_tables()]) == (seq, tables)
    structure[NEW] = None
    account.engine.call(Request(service, operation, params, caller("123456789012", "eu-west-1")))


def test_every_operation_of_these_families_is_asked() -> None:
    asked = {operation for operation, _ in REQUESTS}
    families = {found.serve.__module__ for (_, name), found in OPERATIONS.items() if name in asked}
    served = {name for (_, name), found in OPERATIONS.items() if found.serve.__module__ in families}
    assert served == asked, "add a request with all of its structures to REQUESTS"


def test_what_the_service_model_does_not_know_is_ignored() -> None:
    account = Account()
    account.create("plain")
    wanted = {"plain": {"Keys": [KEY], NEW: "x"}}
    assert account.call("BatchGetItem", RequestItems=wanted, **{NEW: "x"})["Responses"] == {"plain": []}
