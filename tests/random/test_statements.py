"""A random WHERE finds what plain Python finds, and what Scan finds with the condition as a FilterExpression.

On a table and an index; pages put together; under UPDATE and DELETE the same condition decides.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ddbmock.errors import DynamoDBError
from tests.support.accounts import Account

Plain = dict[str, Any]
GONE = object()
VALUES: list[Any] = [
    "",
    "a",
    "ab",
    "b",
    0,
    1,
    Decimal("-1.5"),
    12,
    True,
    None,
    ["a", 1],
    {"x": "a"},
    {"a", "b"},
    {1, 2},
]
PATHS: list[tuple[Any, ...]] = [("pk",), ("sk",), ("g",), ("a",), ("b",), ("m", "x"), ("m", "y", 0), ("l", 1)]
REFUSALS = ("does not match schema type", "for a key attribute", "Overlapping conditions with range keys")
PARTITIONS, SORTS = ["p", "q", "r"], [1, 2, 3]


def tag(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, set):
        return tag(next(iter(value))) + "S"
    return {bool: "BOOL", str: "S", int: "N", Decimal: "N", list: "L", dict: "M"}[type(value)]


def to_wire(value: Any) -> dict[str, Any]:
    kind = tag(value)
    payload = {
        "NULL": lambda: True,
        "N": lambda: str(value),
        "L": lambda: [to_wire(one) for one in value],
        "M": lambda: {name: to_wire(one) for name, one in value.items()},
        "SS": lambda: sorted(value),
        "NS": lambda: sorted(map(str, value)),
    }
    return {kind: payload.get(kind, lambda: value)()}


def literal(value: Any) -> str:
    """As PartiQL writes it."""
    kind = tag(value)
    if kind == "S":
        return "'" + value.replace("'", "''") + "'"
    if kind in ("N", "BOOL"):
        return str(value)
    if kind == "NULL":
        return "null"
    if kind == "L":
        return "[" + ", ".join(map(literal, value)) + "]"
    if kind == "M":
        return "{" + ", ".join(f"'{name}': {literal(one)}" for name, one in value.items()) + "}"
    return "<<" + ", ".join(map(literal, sorted(value))) + ">>"


class Where(NamedTuple):
    """One condition in three languages; `values` are those of the FilterExpression, in order."""

    statement: str
    expression: str
    values: tuple[Any, ...]
    holds: Callable[[Plain], bool]
    parameters: tuple[Any, ...] = ()


def look_up(item: Plain, path: tuple[Any, ...]) -> Any:
    value: Any = item
    for element in path:
        fits = element in value if isinstance(value, dict) else isinstance(element, int) and isinstance(value, list)
        if not fits or (isinstance(value, list) and element >= len(value)):
            return GONE
        value = value[element]
    return value


def same(left: Any, right: Any) -> bool:
    return left is not GONE and right is not GONE and tag(left) == tag(right) and to_wire(left) == to_wire(right)


def ordered(operator: str, left: Any, right: Any) -> bool:
    if left is GONE or right is GONE or tag(left) != tag(right) or tag(left) not in ("S", "N"):
        return False
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]


def as_statement(path: tuple[Any, ...]) -> str:
    return f'"{path[0]}"' + "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in path[1:])


def as_expression(path: tuple[Any, ...]) -> str:
    return path[0] + "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in path[1:])


paths = st.sampled_from(PATHS)
values = st.sampled_from(VALUES)
keys = st.sampled_from(PARTITIONS)
numbers = st.sampled_from(SORTS)


@st.composite
def comparisons(draw: Any, path: tuple[Any, ...] | None = None, value: Any = GONE) -> Where:
    path = draw(paths) if path is None else path
    value = draw(values) if value is GONE else value
    operators = ["=", "<>", "<", "<=", ">", ">="] if tag(value) in ("S", "N") else ["=", "<>"]
    operator = draw(st.sampled_from(operators))

    def holds(item: Plain) -> bool:
        found = look_up(item, path)
        if operator in ("=", "<>"):
            return same(found, value) == (operator == "=")
        return ordered(operator, found, value)

    as_parameter = draw(st.booleans())
    shown = "?" if as_parameter else literal(value)
    return Where(
        f"{as_statement(path)} {operator} {shown}",
        f"{as_expression(path)} {operator} {{}}",
        (value,),
        holds,
        (value,) if as_parameter else (),
    )


@st.composite
def betweens(draw: Any) -> Where:
    path = draw(paths)
    low, high = sorted(draw(st.sampled_from([["a", "b"], ["", "ab"], [0, 12], [1, 1], [2, 3]])))
    return Where(
        f"{as_statement(path)} BETWEEN {literal(low)} AND {literal(high)}",
        f"{as_expression(path)} BETWEEN {{}} AND {{}}",
        (low, high),
        lambda item: ordered(">=", look_up(item, path), low) and ordered("<=", look_up(item, path), high),
    )


@st.composite
def memberships(draw: Any) -> Where:
    path = draw(paths)
    choices = draw(st.lists(st.sampled_from(PARTITIONS) if path == ("pk",) else values, min_size=1, max_size=3))
    shown = ", ".join(map(literal, choices))
    return Where(
        f"{as_statement(path)} IN " + draw(st.sampled_from([f"[{shown}]", f"({shown})", f"( {shown} )"])),
        f"{as_expression(path)} IN ({', '.join(['{}'] * len(choices))})",
        tuple(choices),
        lambda item: any(same(look_up(item, path), choice) for choice in choices),
    )


@st.composite
def functions(draw: Any) -> Where:
    path = draw(paths)
    shown, expression = as_statement(path), as_expression(path)
    kind = draw(st.sampled_from(["missing", "present", "is", "type", "begins", "contains", "size"]))
    if kind in ("missing", "present"):
        is_missing = kind == "missing"
        function = "attribute_not_exists" if is_missing else "attribute_exists"
        text = draw(
            st.sampled_from(
                [
                    f"{shown} IS {'' if is_missing else 'NOT '}MISSING",
                    f"{function}({shown})",
                    f"{function.upper()}({shown}) = true",
                    f"true = {function}({shown})",
                ]
            )
        )
        return Where(text, f"{function}({expression})", (), lambda item: (look_up(item, path) is GONE) == is_missing)
    if kind in ("is", "type"):
        types = {"NULL": "NULL", "STRING": "S", "BOOL": "BOOL", "boolean": "BOOL", "list": "L", "STRUCT": "M"}
        name = draw(st.sampled_from(sorted(types)))
        wanted = types[name] if kind == "is" else draw(st.sampled_from(["S", "N", "BOOL", "L", "M", "SS", "NS"]))
        text = f"{shown} IS {name}" if kind == "is" else f"attribute_type({shown}, '{wanted}')"
        return Where(
            text,
            f"attribute_type({expression}, {{}})",
            (wanted,),
            lambda item: (found := look_up(item, path)) is not GONE and tag(found) == wanted,
        )
    if kind == "begins":
        prefix = draw(st.sampled_from(["", "a", "ab"]))
        return Where(
            f"begins_with({shown}, {literal(prefix)})",
            f"begins_with({expression}, {{}})",
            (prefix,),
            lambda item: isinstance(found := look_up(item, path), str) and found.startswith(prefix),
        )
    if kind == "contains":
        member = draw(st.sampled_from(["a", "", 1, "b"]))

        def contains(item: Plain) -> bool:
            found = look_up(item, path)
            if isinstance(found, str):
                return isinstance(member, str) and member in found
            return isinstance(found, set | list) and any(same(member, one) for one in found)

        return Where(f"contains({shown}, {literal(member)})", f"contains({expression}, {{}})", (member,), contains)
    least = draw(st.integers(0, 3))

    def size(item: Plain) -> bool:
        found = look_up(item, path)
        return isinstance(found, str | list | dict | set) and len(found) >= least

    return Where(f"size({shown}) >= {least}", f"size({expression}) >= {{}}", (least,), size)


def joined(word: str, parts: list[Where]) -> Where:
    combine = all if word == "AND" else any
    return Where(
        "(" + f" {word} ".join(part.statement for part in parts) + ")",
        "(" + f" {word} ".join(part.expression for part in parts) + ")",
        tuple(value for part in parts for value in part.values),
        lambda item: combine(part.holds(item) for part in parts),
        tuple(value for part in parts for value in part.parameters),
    )


def negated(part: Where) -> Where:
    return Where(
        f"NOT {part.statement}",
        f"NOT {part.expression}",
        part.values,
        lambda item: not part.holds(item),
        part.parameters,
    )


leaves = st.one_of(comparisons(), betweens(), memberships(), functions())
of_partitions = keys.flatmap(lambda key: comparisons(("pk",), key))
of_sorts = numbers.flatmap(lambda number: comparisons(("sk",), number))
conditions = st.recursive(
    st.one_of(leaves, of_partitions, of_sorts),
    lambda inner: st.one_of(
        st.builds(joined, st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=2, max_size=3)),
        st.builds(negated, inner),
    ),
    max_leaves=5,
)
wheres = st.one_of(
    conditions,
    st.builds(lambda parts: joined("AND", parts), st.tuples(of_partitions, of_sorts, conditions).map(list)),
)
attributes = st.fixed_dictionaries(
    {},
    optional={
        "g": st.sampled_from(["a", "b"]),
        "a": values,
        "b": values,
        "m": st.sampled_from([{"x": "a"}, {"x": 1, "y": ["b"]}, {"y": [None, "a"]}]),
        "l": st.sampled_from([[], ["a", 1], [1, "ab", {"x": 0}]]),
    },
)
item_sets = st.dictionaries(st.tuples(keys, numbers), attributes, max_size=8)


def filled(items: dict[tuple[str, int], Plain]) -> tuple[Account, list[Plain]]:
    account = Account()
    account.call(
        "CreateTable",
        TableName="things",
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": kind} for name, kind in (("pk", "S"), ("sk", "N"), ("g", "S"))
        ],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-g",
                "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    plain = [{"pk": pk, "sk": sk, **rest} for (pk, sk), rest in items.items()]
    for item in plain:
        account.call("PutItem", TableName="things", Item={name: to_wire(value) for name, value in item.items()})
    return account, plain


def found(items: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return sorted((item["pk"]["S"], item["sk"]["N"]) for item in items)


def expected(plain: list[Plain], where: Where) -> list[tuple[str, str]]:
    return sorted((item["pk"], str(item["sk"])) for item in plain if where.holds(item))


def select(account: Account, text: str, where: Where, limit: int | None = None) -> list[dict[str, Any]]:
    options: dict[str, Any] = {"Statement": f"{text} WHERE {where.statement}"}
    if where.parameters:
        options["Parameters"] = [to_wire(value) for value in where.parameters]
    if limit is not None:
        options["Limit"] = limit
    items: list[dict[str, Any]] = []
    for _ in range(100):
        answer = account.call("ExecuteStatement", **options)
        items += answer["Items"]
        if "NextToken" not in answer:
            return items
        options["NextToken"] = answer["NextToken"]
    raise AssertionError("pages without end")


def scan(account: Account, where: Where, **options: Any) -> list[dict[str, Any]]:
    names = [f":v{position}" for position in range(len(where.values))]
    if names:
        options["ExpressionAttributeValues"] = dict(zip(names, map(to_wire, where.values), strict=True))
    text = where.expression.format(*names)
    answer = account.call("Scan", TableName="things", FilterExpression=text, **options)
    return answer["Items"]  # type: ignore[no-any-return]


def is_legal(where: Where) -> bool:
    """Keys are compared with values of their type only, and no two branches of an OR read the same sort keys."""
    try:
        select(filled({})[0], "SELECT * FROM things", where)
    except DynamoDBError as error:
        assert any(text in str(error.message) for text in REFUSALS)
        return False
    return True


@settings(max_examples=250, deadline=None)
@given(item_sets, wheres)
def test_select_finds_what_python_and_scan_find(items: dict[tuple[str, int], Plain], where: Where) -> None:
    account, plain = filled(items)
    wanted = expected(plain, where)
    try:
        selected = select(account, "SELECT * FROM things", where)
    except DynamoDBError:
        assert not is_legal(where)
        return
    assert found(selected) == wanted
    assert found(scan(account, where)) == wanted
    by_wire = {(item["pk"], str(item["sk"])): item for item in plain}
    for item in selected:
        original = by_wire[item["pk"]["S"], item["sk"]["N"]]
        assert item == {name: to_wire(value) for name, value in original.items()}


@settings(max_examples=120, deadline=None)
@given(item_sets, wheres, st.integers(1, 3))
def test_pages_of_any_size_make_up_the_whole(items: dict[tuple[str, int], Plain], where: Where, limit: int) -> None:
    account, plain = filled(items)
    try:
        selected = select(account, "SELECT * FROM things", where, limit)
    except DynamoDBError:
        assert not is_legal(where)
        return
    assert found(selected) == expected(plain, where)


@settings(max_examples=120, deadline=None)
@given(item_sets, wheres, st.sampled_from("ab"))
def test_an_index_finds_what_it_holds(items: dict[tuple[str, int], Plain], where: Where, group: str) -> None:
    account, plain = filled(items)
    plain = [item for item in plain if "g" in item]
    of_group = Where(f"\"g\" = '{group}'", "g = {}", (group,), lambda item: item["g"] == group)
    for condition in (where, joined("AND", [of_group, where])):
        try:
            selected = select(account, 'SELECT * FROM "things"."by-g"', condition, 2)
        except DynamoDBError as error:
            assert any(text in str(error.message) for text in REFUSALS)
            return
        assert found(selected) == expected(plain, condition)
        assert found(scan(account, condition, IndexName="by-g")) == expected(plain, condition)


@settings(max_examples=120, deadline=None)
@given(item_sets, conditions, keys, numbers, st.booleans())
def test_writes_are_done_where_the_condition_holds(
    items: dict[tuple[str, int], Plain], where: Where, pk: str, sk: int, from_first: bool
) -> None:
    account, plain = filled(items)
    of_key = Where(f"pk = '{pk}' AND sk = {sk}", "", (), lambda item: (item["pk"], item["sk"]) == (pk, sk))
    stored = next((item for item in plain if of_key.holds(item)), None)
    options: dict[str, Any] = {}
    if where.parameters:
        options["Parameters"] = [to_wire(value) for value in where.parameters]
    text = f"WHERE {of_key.statement} AND {where.statement}"
    update = f"FROM things {text} SET seen = true" if from_first else f"UPDATE things SET seen = true {text}"
    if stored is not None and where.holds(stored):
        account.call("ExecuteStatement", Statement=update, **options)
        answer = account.call("ExecuteStatement", Statement=f"DELETE FROM things {text} RETURNING ALL OLD *", **options)
        wire = {name: to_wire(value) for name, value in stored.items()}
        assert answer["Items"] == [{**wire, "seen": {"BOOL": True}}]
        return
    with pytest.raises(DynamoDBError) as caught:
        account.call("ExecuteStatement", Statement=update, **options)
    assert caught.value.code == "ConditionalCheckFailedException"
    if stored is None:
        assert account.call("ExecuteStatement", Statement=f"DELETE FROM things {text}", **options)["Items"] == []
    assert found(account.call("Scan", TableName="things")["Items"]) == sorted(
        (item["pk"], str(item["sk"])) for item in plain
    )
