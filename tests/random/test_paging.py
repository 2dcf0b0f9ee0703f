"""Pages put together are the unpaged answer: every key shape, condition, direction and page size.

On tables, local and global indexes, through Query, Scan and SELECT; also when the item a page ended with is deleted
before the next page is read. The unpaged answer is compared with plain Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.account_without_doors import Account

Wire = dict[str, Any]

DOMAINS: dict[str, list[Any]] = {
    "S": ["a", "aa", "b", "é", "\U0010ffff"],
    "N": ["-1.5", "0", "2", "10"],
    "B": [b"\x00", b"a", b"a\xff", b"\xff"],
}
BETWEEN_ITEMS: dict[str, list[Any]] = {"S": ["A", "ab", "z"], "N": ["-20", "1", "99"], "B": [b"\x00\x00", b"b"]}
"""Values no item has, for bounds."""

TABLE = "paged"
PROJECTIONS: dict[str, Wire] = {
    "ALL": {"ProjectionType": "ALL"},
    "KEYS_ONLY": {"ProjectionType": "KEYS_ONLY"},
    "INCLUDE": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a"]},
}


class Shape(NamedTuple):
    """What is read: a table, or an index of one. `types` has the tags of all key attributes."""

    kind: str
    table_keys: tuple[str, ...]
    hash_keys: tuple[str, ...]
    range_keys: tuple[str, ...]
    projection: str
    types: dict[str, str]

    @property
    def source(self) -> Wire:
        return {"TableName": TABLE} | ({} if self.kind == "table" else {"IndexName": "the-index"})

    @property
    def keys(self) -> set[str]:
        """Of a LastEvaluatedKey."""
        return {*self.table_keys, *self.hash_keys, *self.range_keys}

    @property
    def is_single(self) -> bool:
        return self.kind == "table" and not self.range_keys

    def definition(self) -> Wire:
        found: Wire = {
            "TableName": TABLE,
            "KeySchema": key_schema(self.table_keys[:1], self.table_keys[1:]),
            "AttributeDefinitions": [{"AttributeName": n, "AttributeType": t} for n, t in self.types.items()],
            "BillingMode": "PAY_PER_REQUEST",
        }
        index = {
            "IndexName": "the-index",
            "KeySchema": key_schema(self.hash_keys, self.range_keys),
            "Projection": PROJECTIONS[self.projection],
        }
        if self.kind != "table":
            found["LocalSecondaryIndexes" if self.kind == "local" else "GlobalSecondaryIndexes"] = [index]
        return found

    def entry(self, item: Wire) -> Wire | None:
        """What the source holds of an item."""
        if not {*self.hash_keys, *self.range_keys} <= set(item):
            return None
        kept = self.keys | ({"a"} if self.projection == "INCLUDE" else set())
        return {name: value for name, value in item.items() if self.projection == "ALL" or name in kept}


def key_schema(hash_keys: tuple[str, ...], range_keys: tuple[str, ...]) -> list[Wire]:
    kinds = [(name, "HASH") for name in hash_keys] + [(name, "RANGE") for name in range_keys]
    return [{"AttributeName": name, "KeyType": kind} for name, kind in kinds]


@st.composite
def shapes(draw: st.DrawFn, kinds: tuple[str, ...], most_of_a_kind: int = 4) -> Shape:
    kind = draw(st.sampled_from(kinds))
    table_keys = ("pk", "sk") if kind == "local" or draw(st.booleans()) else ("pk",)
    hash_keys, range_keys = table_keys[:1], table_keys[1:]
    if kind == "local":
        range_keys = ("r1",)
    elif kind == "global":
        # An index key may be a key of the table too.
        names = draw(st.permutations(["h1", "h2", "h3", "h4", "pk"]))
        hash_keys = tuple(names[: draw(st.integers(1, most_of_a_kind))])
        names = draw(st.permutations(["r1", "r2", "r3", "r4", *table_keys[1:]]))
        range_keys = tuple(names[: draw(st.integers(0, most_of_a_kind))])
    names = list(dict.fromkeys([*table_keys, *hash_keys, *range_keys]))
    types = {name: draw(st.sampled_from("SNB")) for name in names}
    projection = "ALL" if kind == "table" else draw(st.sampled_from(sorted(PROJECTIONS)))
    return Shape(kind, table_keys, hash_keys, range_keys, projection, types)


@st.composite
def items_of(draw: st.DrawFn, shape: Shape) -> list[Wire]:
    """Items of few partitions, with many equal index keys; some lack an attribute of the index key."""

    def value(name: str) -> st.SearchStrategy[Wire]:
        tag = shape.types[name]
        few = DOMAINS[tag][:2] if name in shape.hash_keys and name not in shape.table_keys else DOMAINS[tag]
        return st.sampled_from(few).map(lambda payload: {tag: payload})

    required = {name: value(name) for name in shape.table_keys}
    optional = {name: value(name) for name in shape.keys if name not in shape.table_keys}
    optional |= {"a": st.just({"N": "1"}), "b": st.just({"S": "b"})}
    one = st.builds(
        lambda keys, rest, gone: keys | {n: v for n, v in rest.items() if n != gone},
        st.fixed_dictionaries(required),
        st.fixed_dictionaries(
            {n: s for n, s in optional.items() if n not in "ab"}, optional={n: optional[n] for n in "ab"}
        ),
        st.none() | st.none() | st.sampled_from(sorted(optional)),
    )
    return draw(st.lists(one, max_size=18, unique_by=lambda item: repr([item[name] for name in shape.table_keys])))


# ---- conditions


def plain(value: Wire) -> Any:
    """As Python compares it."""
    [(tag, payload)] = value.items()
    return Decimal(payload) if tag == "N" else payload.encode() if tag == "S" else payload


TESTS: dict[str, Callable[[Any, Any, Any], bool]] = {
    "#r = :x": lambda value, x, y: value == x,
    "#r < :x": lambda value, x, y: value < x,
    "#r <= :x": lambda value, x, y: value <= x,
    "#r > :x": lambda value, x, y: value > x,
    "#r >= :x": lambda value, x, y: value >= x,
    ":x > #r": lambda value, x, y: value < x,
    ":x <= #r": lambda value, x, y: value >= x,
    "#r BETWEEN :x AND :y": lambda value, x, y: x <= value <= y,
    "begins_with(#r, :x)": lambda value, x, y: value.startswith(x),
}


class Condition(NamedTuple):
    """A value for each HASH attribute, one for each fixed RANGE attribute, and a test of the next one."""

    partition: tuple[Wire, ...]
    fixed: tuple[Wire, ...]
    test: str | None
    bounds: tuple[Wire, ...]

    def params(self, shape: Shape) -> Wire:
        names, values, clauses = {}, {}, []
        for position, value in enumerate((*self.partition, *self.fixed)):
            names[f"#k{position}"] = (*shape.hash_keys, *shape.range_keys)[position]
            values[f":k{position}"] = value
            clauses.append(f"#k{position} = :k{position}")
        if self.test is not None:
            names["#r"] = shape.range_keys[len(self.fixed)]
            values |= {name: value for name, value in zip((":x", ":y"), self.bounds, strict=False) if name in self.test}
            clauses.append(self.test)
        return {
            "KeyConditionExpression": " AND ".join(reversed(clauses)),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }

    def statement(self, shape: Shape) -> tuple[str, list[Wire]]:
        """As a WHERE, for keys of one HASH attribute."""
        clauses = [f'"{name}" = ?' for name in shape.hash_keys] + [f'"{name}" = ?' for name in shape.range_keys]
        clauses = clauses[: 1 + len(self.fixed)]
        parameters = [*self.partition, *self.fixed]
        if self.test is not None:
            text = self.test.replace("#r", f'"{shape.range_keys[len(self.fixed)]}"')
            clauses.append(text.replace(":x", "?").replace(":y", "?"))
            parameters += self.bounds[: 2 if ":y" in self.test else 1]
        return " AND ".join(clauses), parameters

    def holds(self, shape: Shape, item: Wire) -> bool:
        equals = dict(zip((*shape.hash_keys, *shape.range_keys), (*self.partition, *self.fixed), strict=False))
        if any(plain(item[name]) != plain(value) for name, value in equals.items()):
            return False
        if self.test is None:
            return True
        x, y = map(plain, self.bounds)
        return TESTS[self.test](plain(item[shape.range_keys[len(self.fixed)]]), x, y)


@st.composite
def conditions(draw: st.DrawFn, shape: Shape, items: list[Wire]) -> Condition:
    def value(name: str) -> Wire:
        """Mostly one that an item has."""
        stored = [item[name] for item in items if name in item]
        tag = shape.types[name]
        any_value = st.sampled_from([{tag: payload} for payload in DOMAINS[tag] + BETWEEN_ITEMS[tag]])
        return draw(st.sampled_from(stored) | any_value if stored else any_value)

    like = draw(st.sampled_from(items)) if items else {}
    partition = tuple(like[name] if name in like else value(name) for name in shape.hash_keys)
    count = draw(st.integers(0, len(shape.range_keys)))
    fixed = tuple(like[name] if name in like else value(name) for name in shape.range_keys[:count])
    if count == len(shape.range_keys) or draw(st.booleans()):
        return Condition(partition, fixed, None, ())
    name = shape.range_keys[count]
    test = draw(st.sampled_from([test for test in TESTS if shape.types[name] != "N" or "begins" not in test]))
    return Condition(partition, fixed, test, tuple(sorted([value(name), value(name)], key=plain)))


# ---- reading


class Case(NamedTuple):
    """A table with items, and how it is read."""

    shape: Shape
    items: list[Wire]
    condition: Condition
    reverse: bool
    filtered: bool
    deletes: bool


@st.composite
def cases(draw: st.DrawFn, *kinds: str, most_of_a_kind: int = 4) -> Case:
    shape = draw(shapes(kinds, most_of_a_kind))
    items = draw(items_of(shape))
    flags = [draw(st.booleans()) for _ in range(3)]
    return Case(shape, items, draw(conditions(shape, items)), *flags)


class Reading:
    """The table of a case."""

    def __init__(self, case: Case) -> None:
        self.shape = case.shape
        self.account = Account()
        self.account.call("CreateTable", case.shape.definition())
        self.items = {self.place(item): item for item in case.items}
        for item in case.items:
            self.put(item)

    def place(self, item: Wire) -> str:
        return repr([item[name] for name in self.shape.table_keys])

    def put(self, item: Wire) -> None:
        self.account.call("PutItem", {"TableName": TABLE, "Item": item})

    def delete(self, key: Wire) -> None:
        self.account.call(
            "DeleteItem", {"TableName": TABLE, "Key": {name: key[name] for name in self.shape.table_keys}}
        )

    def pages(self, operation: str, params: Wire, *, deletes: bool = False) -> Iterator[Wire]:
        """All pages; with `deletes` the item that a page ended with is gone before the next one is read."""
        gone: list[Wire] = []
        token = "NextToken" if operation == "ExecuteStatement" else "ExclusiveStartKey"
        while True:
            answer = self.account.call(operation, params)
            yield answer
            last = answer.get("LastEvaluatedKey")
            next_one = answer.get("NextToken") if token == "NextToken" else last
            if next_one is None:
                break
            if last is not None:
                assert set(last) == self.shape.keys
                if deletes:
                    self.delete(last)
                    gone.append(self.items[self.place(last)])
            assert len(gone) <= len(self.items)
            params = {**params, token: next_one}
        for item in gone:
            self.put(item)

    def whole(self, operation: str, params: Wire, **options: Any) -> list[Wire]:
        return [item for page in self.pages(operation, params, **options) for item in page["Items"]]

    def by_place(self, items: list[Wire]) -> list[Wire]:
        return sorted(items, key=self.place)


def filter_of(shape: Shape) -> Wire:
    """A filter on something that the source can be filtered by, true for some items."""
    if shape.kind == "global" and shape.projection == "KEYS_ONLY":
        free = [name for name in shape.table_keys if name not in (*shape.hash_keys, *shape.range_keys)]
        if not free:
            return {}
        names, values = {"#f": free[0]}, {":f": {shape.types[free[0]]: DOMAINS[shape.types[free[0]]][1]}}
        return {"FilterExpression": "#f <> :f", "ExpressionAttributeNames": names, "ExpressionAttributeValues": values}
    return {"FilterExpression": "attribute_exists(#f)", "ExpressionAttributeNames": {"#f": "a"}}


def passes(filter: Wire, item: Wire) -> bool:
    if "ExpressionAttributeValues" in filter:
        name = filter["ExpressionAttributeNames"]["#f"]
        return bool(item[name] != filter["ExpressionAttributeValues"][":f"])
    return "a" in item or not filter


def merged(one: Wire, other: Wire) -> Wire:
    found = {**one, **other}
    for name in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
        if name in found:
            found[name] = {**one.get(name, {}), **other.get(name, {})}
    return found


@given(cases("table", "local", "global"))
@settings(max_examples=150, deadline=None)
def test_pages_of_a_query_are_its_whole_answer(case: Case) -> None:
    shape, reading = case.shape, Reading(case)
    filter = filter_of(shape) if case.filtered else {}
    params = merged({**shape.source, **case.condition.params(shape), "ScanIndexForward": not case.reverse}, filter)
    matching = [
        item for item in case.items if shape.entry(item) is not None and case.condition.holds(shape, shape.entry(item))
    ]
    whole = reading.whole("Query", params)
    assert reading.by_place(whole) == reading.by_place([shape.entry(item) for item in matching if passes(filter, item)])
    order = [tuple(plain(item[name]) for name in shape.range_keys) for item in whole]
    assert order == sorted(order, reverse=case.reverse)
    equals = len(case.condition.fixed) + (case.condition.test == "#r = :x")
    is_single = shape.kind == "table" and equals == len(shape.range_keys)
    for limit in range(1, len(matching) + 2):
        answers = list(reading.pages("Query", {**params, "Limit": limit}, deletes=case.deletes))
        assert [item for answer in answers for item in answer["Items"]] == whole
        assert sum(answer["ScannedCount"] for answer in answers) == len(matching)
        assert all(answer["ScannedCount"] == limit for answer in answers[:-1])
        # A page that ends with the last item does not know that it was the last.
        assert len(answers) == (1 if is_single else len(matching) // limit + 1)


@given(cases("table", "local", "global"), st.integers(1, 4))
@settings(max_examples=75, deadline=None)
def test_pages_of_a_scan_are_its_whole_answer(case: Case, segments: int) -> None:
    shape, reading = case.shape, Reading(case)
    filter = filter_of(shape) if case.filtered else {}
    params = {**shape.source, **filter}
    matching = [item for item in case.items if shape.entry(item) is not None]
    whole = reading.whole("Scan", params)
    assert reading.by_place(whole) == reading.by_place([shape.entry(item) for item in matching if passes(filter, item)])
    for limit in range(1, len(matching) + 2):
        answers = list(reading.pages("Scan", {**params, "Limit": limit}, deletes=case.deletes))
        assert [item for answer in answers for item in answer["Items"]] == whole
        assert len(answers) == len(matching) // limit + 1
    for limit in (1, 2, 50):
        parts = [
            item
            for segment in range(segments)
            for item in reading.whole(
                "Scan",
                {**params, "Limit": limit, "Segment": segment, "TotalSegments": segments},
                deletes=case.deletes,
            )
        ]
        assert parts == whole


@given(cases("table", "local", "global", most_of_a_kind=1), st.integers(0, 5))
@settings(max_examples=100, deadline=None)
def test_pages_of_a_select_are_its_whole_answer(case: Case, others: int) -> None:
    shape, reading = case.shape, Reading(case)
    where, parameters = case.condition.statement(shape)
    partitions = [plain(case.condition.partition[0])]
    if others:
        # Several partitions, one of them more than once.
        tag = shape.types[shape.hash_keys[0]]
        more = [{tag: payload} for payload in DOMAINS[tag][:others]]
        where = where.replace("= ?", f"IN ({', '.join('?' * (len(more) + 2))})", 1)
        parameters = [parameters[0], *more, parameters[0], *parameters[1:]]
        partitions += [plain(value) for value in more]
    if case.filtered and filter_of(shape).get("ExpressionAttributeValues") is None and filter_of(shape):
        where += " AND a IS NOT MISSING"
        filter = filter_of(shape)
    else:
        filter = {}
    order = f' ORDER BY "{shape.hash_keys[0]}"'
    if shape.range_keys:
        order += f', "{shape.range_keys[0]}" {"DESC" if case.reverse else "ASC"}'
    source = f'"{TABLE}"' if shape.kind == "table" else f'"{TABLE}"."the-index"'
    params = {"Statement": f"SELECT * FROM {source} WHERE {where}{order}", "Parameters": parameters}
    entries = [
        (item, entry)
        for item in case.items
        if (entry := shape.entry(item)) is not None
        and any(
            case.condition._replace(partition=(entry[shape.hash_keys[0]],)).holds(shape, entry)
            for partition in partitions
            if plain(entry[shape.hash_keys[0]]) == partition
        )
    ]
    whole = reading.whole("ExecuteStatement", params)
    assert reading.by_place(whole) == reading.by_place([entry for item, entry in entries if passes(filter, item)])
    for limit in range(1, len(entries) + 2):
        paged = reading.whole("ExecuteStatement", {**params, "Limit": limit}, deletes=case.deletes)
        assert paged == whole
