from __future__ import annotations

import botocore.loaders
import botocore.model
import pytest

from pytest_ddbmock.engine import shapes
from pytest_ddbmock.engine.request import DYNAMODB, STREAMS
from pytest_ddbmock.transports import service_model

MODEL_SHAPES = service_model.ModelShapes()


def test_put_item_as_the_model_has_it():
    shape = MODEL_SHAPES.input(DYNAMODB, "PutItem")
    assert (shape.kind, shape.name, shape.required) == (shapes.STRUCTURE, "PutItemInput", ("TableName", "Item"))
    table = shape.members["TableName"]
    limits = service_model.model(DYNAMODB).operation_model("PutItem").input_shape.members["TableName"].metadata
    assert (table.kind, table.minimum, table.maximum) == (shapes.STRING, limits["min"], limits["max"])
    item = shape.members["Item"]
    assert (item.kind, item.key.kind, item.element.kind) == (shapes.MAP, shapes.STRING, shapes.ATTRIBUTE_VALUE)
    assert "ALL_OLD" in shape.members["ReturnValues"].enum


def test_bounds_and_patterns_of_nested_members():
    shape = MODEL_SHAPES.input(DYNAMODB, "CreateTable")
    schema = shape.members["KeySchema"]
    assert (schema.kind, schema.minimum) == (shapes.LIST, 1)
    assert schema.element.required == ("AttributeName", "KeyType")
    index = shape.members["GlobalSecondaryIndexes"].element.members["IndexName"]
    assert index.pattern == "[a-zA-Z0-9_.-]+"


def test_members_are_in_the_models_order():
    model = service_model.model(DYNAMODB).operation_model("CreateTable").input_shape
    assert list(MODEL_SHAPES.input(DYNAMODB, "CreateTable").members) == list(model.members)


def test_an_operation_that_the_model_lacks_has_no_shape():
    assert MODEL_SHAPES.input(DYNAMODB, "GetRecords") is None
    assert MODEL_SHAPES.input(STREAMS, "GetRecords").name == "GetRecordsInput"


@pytest.mark.parametrize("service", [DYNAMODB, STREAMS])
def test_every_operation_has_a_shape(service):
    for operation in service_model.operations(service):
        assert MODEL_SHAPES.input(service, operation).kind == shapes.STRUCTURE


def test_shapes_are_made_once():
    assert MODEL_SHAPES.input(DYNAMODB, "GetItem") is service_model.ModelShapes().input(DYNAMODB, "GetItem")


def timestamp_paths(shape, path=""):
    """By plain recursion, to compare with."""
    if shape is None or shape.name == "AttributeValue":
        return set()
    if shape.type_name == "timestamp":
        return {path}
    if shape.type_name == "structure":
        return set().union(*(timestamp_paths(one, f"{path}.{name}") for name, one in shape.members.items()))
    if shape.type_name == "list":
        return timestamp_paths(shape.member, f"{path}[]")
    if shape.type_name == "map":
        return timestamp_paths(shape.value, f"{path}{{}}")
    return set()


def sample(shape):
    """A value of `shape` with every member, timestamps as seconds."""
    if shape.name == "AttributeValue":
        return {"N": "5"}
    return {
        "structure": lambda: {name: sample(one) for name, one in shape.members.items()},
        "list": lambda: [sample(shape.member)] * 2,
        "map": lambda: {"k": sample(shape.value)},
        "timestamp": lambda: 5,
    }.get(shape.type_name, lambda: "x")()


def paths_of_datetimes(value, path=""):
    if isinstance(value, dict):
        parts = [
            paths_of_datetimes(one, f"{path}.{name}") | paths_of_datetimes(one, f"{path}{{}}")
            for name, one in value.items()
        ]
        return set().union(*parts)
    if isinstance(value, list):
        return set().union(*(paths_of_datetimes(one, f"{path}[]") for one in value))
    return {path} if hasattr(value, "tzinfo") else set()


@pytest.mark.parametrize("service", [DYNAMODB, STREAMS])
def test_exactly_the_timestamps_of_answers_become_datetimes(service):
    for operation in service_model.operations(service):
        shape = service_model.model(service).operation_model(operation).output_shape
        convert = service_model.converter(shape)
        expected = timestamp_paths(shape)
        assert (convert is None) == (not expected), operation
        if convert is not None:
            answer = convert(sample(shape))
            assert expected <= paths_of_datetimes(answer), operation
            assert 5 not in leaves(answer), operation


def leaves(value):
    if isinstance(value, dict):
        return [leaf for one in value.values() for leaf in leaves(one)]
    if isinstance(value, list):
        return [leaf for one in value for leaf in leaves(one)]
    return [value]


@pytest.mark.parametrize("operation", ["GetItem", "PutItem", "Query", "Scan", "BatchGetItem", "BatchWriteItem"])
def test_the_data_plane_pays_nothing_for_timestamps(operation):
    shape = service_model.model(DYNAMODB).operation_model(operation).output_shape
    assert service_model.converter(shape) is None


def test_a_model_that_a_client_brings_is_used(monkeypatch):
    monkeypatch.setattr(service_model, "_models", {})
    description = botocore.loaders.create_loader().load_service_model(STREAMS, "service-2")
    brought = botocore.model.ServiceModel(description, STREAMS)
    service_model.learn(brought)
    assert service_model.model(STREAMS) is brought
