"""Requests made up from the service model, good and bad, for the random tests."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

from pytest_ddbmock.engine.shapes import Shape

PREFIX = "arn:aws:dynamodb:us-east-1:123456789012:table"

NAMES = ("pk", "sk", "g", "l", "a", "b", "t", "by-g", "by-l", "m.n", "", "size", "#a", ":v", "x" * 300, "\ud83d")
TEXTS = ("x", "y", "", "1", "-1.50", "1e3", "1E400", "nan", "YWI=", "YWI", "true", "é𝄞", "z" * 2049, "\x00", "9" * 39)
EXPRESSIONS = (
    "pk = :v",
    "pk = :v AND sk > :w",
    "g = :v AND begins_with(sk, :w)",
    "a = :v OR NOT size(#a) < :w",
    "a IN (:v, :w) AND contains(b, :v)",
    "sk BETWEEN :v AND :w",
    "attribute_type(a, :v)",
    "SET a = :v, m.n = :w",
    "SET a = if_not_exists(b, :v) + :w REMOVE l[0]",
    "SET g = :v ADD a :w",
    "DELETE a :v",
    "SET pk = :v",
    "REMOVE g, a.b[1]",
    "a, #a, m.n, l[3]",
    "((",
    "",
    " ",
    "a = ",
    "SET",
    "\x00",
    "é = :v",
    "a" * 5000,
)
GARBAGE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 10**30, 1e300, "", "x", "ttt", [], [None], [[]], ["x", "x"], {}, {"": None},
    {"S": "x"}, {"x": {"S": "x"}}, [{"S": "x"}], {"pk": {"S": "x"}, "sk": {"S": "y"}}, b"", b"\xff", {"ttt": None},
    {"ttt": {}}, {"ttt": [None]}, {"ttt": {"Keys": [None]}}, {"ttt": [{"PutRequest": None}]},
    {"ttt": [{"PutRequest": {"Item": None}}]},
)  # fmt: skip


class Maker:
    """Values for shapes of the service model, most of them of the right type."""

    def __init__(self, choose: random.Random, garbage: float) -> None:
        self.choose = choose
        self.garbage = garbage

    def of_shape(self, shape: Shape, name: str = "", depth: int = 0) -> Any:
        choose = self.choose
        if choose.random() < self.garbage:
            return choose.choice(GARBAGE)
        if shape.kind == "structure":
            wanted = 0.3 if depth else 0.25
            return {
                member: self.of_shape(inner, member, depth + 1)
                for member, inner in shape.members.items()
                if choose.random() < (0.9 if member in shape.required else wanted)
            }
        if shape.kind == "list":
            assert shape.element is not None
            return [self.of_shape(shape.element, name, depth + 1) for _ in range(choose.choice((0, 1, 1, 2, 3)))]
        if shape.kind == "map":
            assert shape.element is not None
            if name in ("Item", "Key", "ExclusiveStartKey") and choose.random() < 0.8:
                return self.item()
            if name == "ExpressionAttributeValues":
                return {key: self.value() for key in choose.sample((":v", ":w", ":x", "v"), choose.choice((1, 2, 2)))}
            if name == "ExpressionAttributeNames":
                return {key: choose.choice(NAMES) for key in choose.sample(("#a", "#b"), 1)}
            keys = [choose.choice(NAMES) for _ in range(choose.choice((0, 1, 2)))]
            if name == "RequestItems":
                keys = ["ttt"]
            return {key: self.of_shape(shape.element, name, depth + 1) for key in keys}
        if shape.kind == "string":
            if name.endswith("TableName"):
                return choose.choice(("ttt", "ttt", "ttt", "nope", "arn:aws:dynamodb:us-east-1:123456789012:table/ttt"))
            if name.endswith("Expression"):
                return choose.choice(EXPRESSIONS)
            if shape.enum:
                return choose.choice((*shape.enum, "x"))
            return choose.choice(NAMES)
        if shape.kind in ("integer", "long", "double", "float"):
            return choose.choice((0, 1, 2, 5, -1, 1000000))
        if shape.kind == "boolean":
            return choose.choice((True, False))
        if shape.kind == "attribute value":
            return self.value()
        return choose.choice(GARBAGE)

    def item(self) -> dict[str, Any]:
        choose = self.choose
        item = {"pk": {"S": choose.choice("xyz")}, "sk": {"S": choose.choice("xyz")}}
        for name in choose.sample(("g", "l", "a", "b", "m"), choose.choice((0, 0, 1, 2))):
            item[name] = {"S": choose.choice("xyz")} if choose.random() < 0.4 else self.value()
        if choose.random() < 0.1:
            item.pop(choose.choice(("pk", "sk")))
        return item

    def value(self, depth: int = 0) -> Any:
        choose = self.choose
        if choose.random() < self.garbage:
            return choose.choice(GARBAGE)
        tag = choose.choice(("S", "S", "S", "N", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M", "Q"))
        if tag in ("S", "N", "B"):
            return {tag: choose.choice(TEXTS) if choose.random() < 0.5 else "xyz1"[choose.randrange(4)]}
        if tag in ("BOOL", "NULL"):
            return {tag: choose.choice((True, False, "true", "no", 1))}
        if tag in ("SS", "NS", "BS"):
            return {tag: [choose.choice(TEXTS) for _ in range(choose.choice((0, 1, 2)))]}
        if depth > 3:
            return {"S": "x"}
        if tag == "L":
            return {"L": [self.value(depth + 1) for _ in range(choose.choice((0, 1, 2)))]}
        return {"M": {choose.choice(NAMES): self.value(depth + 1) for _ in range(choose.choice((0, 1, 2)))}}


CHOICES = {
    "TableName": (
        "ttt",
        "ttt",
        "new",
        "nope",
        "",
        "ab",
        f"{PREFIX}/ttt",
        f"{PREFIX}/a!",
        "arn:",
        "arn:aws:dynamodb:::",
    ),
    "IndexName": ("by-g", "by-l", "by-n-pk", "by-new", "no", ""),
    "AttributeName": ("pk", "sk", "g", "n", "l", "x" * 255, "x" * 256, "\ud83d"),
    "NonKeyAttributes": ("a", "b", "pk", "g", ""),
    "ResourceArn": (f"{PREFIX}/ttt", f"{PREFIX}/ttt", f"{PREFIX}/nope", f"{PREFIX}/ttt/index/by-g", "arn:::::", "x"),
    "Key": ("a", "b", "aws:a", "", "\x00", "é"),
    "TagKeys": ("a", "b", "aws:a", "", "\x00", "é"),
    "Value": ("", "v", "%"),
    "NextToken": ("", "x", "MTIzLzEw", "é"),
}


def spoil(params: dict[str, Any], shape: Shape, maker: Maker) -> None:
    """Replace, remove, add, rename or repeat something, somewhere in a request of the shape `shape`."""
    choose = maker.choose
    places = list(_places(params))
    container, key = choose.choice(places) if places else (params, None)
    change = choose.random()
    if key is None or change < 0.2:
        missing = [name for name in shape.members if name not in params]
        if missing:
            name = choose.choice(missing)
            params[name] = maker.of_shape(shape.members[name], name, 1)
    elif change < 0.7:
        container[key] = copy.deepcopy(choose.choice((choose.choice(REPLACEMENTS), maker.value(), _text(choose))))
    elif change < 0.85:
        del container[key]
    elif isinstance(container, list):
        container.append(copy.deepcopy(container[key]))
    else:
        container[choose.choice(("X", "a.b", "#", *NAMES))] = copy.deepcopy(container[key])


REPLACEMENTS = (*GARBAGE, "x" * 256, "ab", "é", [{}], 2**31, {"N": "1"}, [{"N": "1"}] * 101)


def _text(choose: random.Random) -> str:
    return choose.choice(choose.choice((TEXTS, NAMES, EXPRESSIONS)))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place in a request: what holds it, and under which key or index."""
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])
