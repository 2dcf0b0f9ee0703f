"""Parameters that go by the direct door are those that botocore lets pass and writes as they are."""

from __future__ import annotations

import base64
import datetime
import decimal
import json
import random

import botocore.session
import pytest
from botocore.serialize import create_serializer
from botocore.validate import ParamValidator

from pytest_ddbmock.transports.clients.direct_params import check_of

SERVICES = ("dynamodb", "dynamodbstreams")
MODELS = {name: botocore.session.Session().get_service_model(name) for name in SERVICES}
OPERATIONS = [(service, name) for service in SERVICES for name in MODELS[service].operation_names]


class Text(str):
    __slots__ = ()


ODD = [
    None,
    True,
    0,
    -1,
    2**70,
    1.5,
    float("nan"),
    float("inf"),
    decimal.Decimal("1"),
    "",
    "é",
    "\ud800",
    Text("x"),
    b"",
    bytearray(b"x"),
    (),
    [],
    {},
    ("a",),
    {"S": "a"},
    {"S": "a", "N": "1"},
    {5: "a"},
    datetime.datetime(2026, 1, 1),
]


def sample(shape, dice, depth=0):
    """A value of a shape, now and then an odd one."""
    if dice.random() < 0.02:
        return dice.choice(ODD)
    if shape.name == "AttributeValue":
        return attribute_value(shape, dice, depth)
    kind = shape.type_name
    if kind == "structure":
        required = shape.metadata.get("required", ())
        names = [name for name in shape.members if name in required or dice.random() < 0.4]
        if dice.random() < 0.02:
            names = names[1:]
        given = {name: sample(shape.members[name], dice, depth + 1) for name in names}
        return {**given, "Nonsense": 1} if dice.random() < 0.01 else given
    if kind == "list":
        return [sample(shape.member, dice, depth + 1) for _ in range(dice.randrange(3))]
    if kind == "map":
        return {sample(shape.key, dice): sample(shape.value, dice, depth + 1) for _ in range(dice.randrange(3))}
    return {
        "string": lambda: dice.choice(["a" * 40, "some text", "ü" * 40, *shape.metadata.get("enum", ())]),
        "integer": lambda: dice.randrange(0, 100),
        "long": lambda: dice.randrange(0, 100),
        "float": lambda: dice.choice([1.5, 2.0, 3]),
        "double": lambda: dice.choice([1.5, 2.0, 3]),
        "boolean": lambda: dice.choice([True, False]),
        "timestamp": lambda: datetime.datetime(2026, 1, 1),
        "blob": lambda: b"x",
    }[kind]()


def attribute_value(shape, dice, depth):
    tags = [tag for tag in shape.members if depth < 6 or tag not in "ML"]
    return {tag: sample(shape.members[tag], dice, depth + 1) for tag in dice.sample(tags, 1)}


@pytest.mark.parametrize("service, name", OPERATIONS)
def test_what_is_taken_is_what_botocore_sends(service, name):
    model = MODELS[service].operation_model(name)
    shape = model.input_shape
    check, validator, serializer = check_of(shape), ParamValidator(), create_serializer("json")
    dice = random.Random(name)
    taken = 0
    for _ in range(60):
        try:
            params = {} if shape is None else sample(shape, dice)
        except TypeError:  # an odd key
            continue
        try:
            if not check(params):
                continue
        except UnicodeEncodeError:
            continue
        taken += 1
        assert shape is None or not validator.validate(params, shape).has_errors(), params
        body = serializer.serialize_to_request(params, model)["body"]
        assert json.loads(body) == json.loads(json.dumps(params, default=in_base64)), params
    assert taken


def in_base64(value):
    assert type(value) is bytes
    return base64.b64encode(value).decode()


def test_an_ordinary_call_is_taken():
    put = check_of(MODELS["dynamodb"].operation_model("PutItem").input_shape)
    item = {
        "S": {"S": "é"},
        "N": {"N": "1"},
        "B": {"B": b"\xff"},
        "BOOL": {"BOOL": False},
        "NULL": {"NULL": True},
        "SS": {"SS": ["a"]},
        "NS": {"NS": ["1"]},
        "BS": {"BS": [b"a"]},
        "L": {"L": [{"S": "a"}, {"L": []}, {"M": {}}]},
        "M": {"M": {"a": {"M": {"b": {"S": ""}}}}},
    }
    assert put({"TableName": "users", "Item": item, "ReturnValues": "NONE"})
    for name, value in item.items():
        for other in item.values():
            [payload] = other.values()
            if type(payload) is not type(next(iter(value.values()))):
                assert not put({"TableName": "users", "Item": {"pk": {name: payload}}}), (name, payload)


def test_a_value_that_holds_itself_is_not_taken():
    item = {"pk": {"S": "a"}}
    item["self"] = {"M": item}
    put = check_of(MODELS["dynamodb"].operation_model("PutItem").input_shape)
    with pytest.raises(RecursionError):
        put({"TableName": "users", "Item": item})
