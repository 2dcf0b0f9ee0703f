"""Every operation that is declared exists; every one that is not is refused by name."""

from __future__ import annotations

import re
from pathlib import Path

import botocore.session
import pytest

from pytest_ddbmock import NotImplementedByMock, operations
from pytest_ddbmock.engine.caller import caller
from pytest_ddbmock.engine.request import DYNAMODB, STREAMS, Request
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.operations import LATER, OPERATIONS
from tests.support.accounts import Account

MODELS = {service: botocore.session.get_session().get_service_model(service) for service in (DYNAMODB, STREAMS)}
MODELLED = [(service, name) for service, model in MODELS.items() for name in model.operation_names]


def declared_in(path):
    return re.findall(r'^@operation\("(\w+)"', path.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_family_of_operations_is_imported():
    declared = {name for path in Path(operations.__file__).parent.rglob("*.py") for name in declared_in(path)}
    assert declared == {name for _, name in OPERATIONS}
    assert all(OPERATIONS[key].name == key[1] and OPERATIONS[key].service == key[0] for key in OPERATIONS)


@pytest.mark.parametrize("service, module", LATER)
def test_a_family_that_is_imported_by_its_first_call_is_listed_whole(service, module):
    path = Path(operations.__file__).parent / f"{module.replace('.', '/')}.py"
    assert LATER[service, module].split() == declared_in(path)
    assert {OPERATIONS[service, name].serve.__module__ for name in LATER[service, module].split()} == {
        f"pytest_ddbmock.operations.{module}"
    }


@pytest.mark.parametrize("service, name", sorted(OPERATIONS))
def test_each_operation_served_is_one_of_the_service(service, name):
    assert name in MODELS[service].operation_names


@pytest.mark.parametrize("service, name", [one for one in MODELLED if one not in OPERATIONS])
def test_each_operation_that_is_not_served_is_refused_by_name(service, name):
    engine = Account().engine
    with pytest.raises(NotImplementedByMock, match=rf"does not support {name}\b"):
        engine.call(Request(service, name, {}, caller("123456789012", "eu-west-1")))


@pytest.mark.parametrize("service", MODELS)
def test_a_name_that_is_no_operation_is_unknown(service):
    engine = Account().engine
    with pytest.raises(DynamoDBError) as caught:
        engine.call(Request(service, "MakeCoffee", {}, caller("123456789012", "eu-west-1")))
    assert caught.value.code == "UnknownOperationException"


def test_an_operation_of_the_other_service_is_unknown():
    engine = Account().engine
    with pytest.raises(DynamoDBError) as caught:
        engine.call(Request(STREAMS, "PutItem", {}, caller("123456789012", "eu-west-1")))
    assert caught.value.code == "UnknownOperationException"
