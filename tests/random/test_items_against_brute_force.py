"""Random writes to a table with local and global indexes; every way of reading agrees with plain Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from pytest_ddbmock.errors import DynamoDBError
from tests.support.account_without_doors import TABLE, Account

Wire = dict[str, Any]

PARTITIONS = ("p", "q", "é")
SORTS = ("", "a", "aa", "ab", "b", "\uffff", "𝄞")
NUMBERS = ("-3", "-0.5", "0", "1", "1.5", "10", "2E+2")

texts = st.sampled_from(SORTS[1:])
partitions = st.sampled_from(PARTITIONS)
attributes = st.fixed_dictionaries(
    {},
    optional={
        "g": texts.map(lambda text: {"S": text}),
        "n": st.sampled_from(NUMBERS).map(lambda text: {"N": text}),
        "l": texts.map(lambda text: {"S": text}),
        "a": st.just({"S": "here"}),
        "b": st.just({"L": [{"N": "1"}]}),
    },
)


def key(partition: str, sort: str) -> Wire:
    return {"pk": {"S": partition}, "sk": {"S": sort}}


keys = st.builds(key, partitions, texts)


def canonical(item: Wire) -> Wire:
    return {**item, "n": {"N": f"{Decimal(item['n']['N']):f}"}} if "n" in item else item


def plain(value: Wire) -> Any:
    [(tag, payload)] = value.items()
    return Decimal(payload) if tag == "N" else payload


def place(item: Wire) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


class Source:
    """The table or one of its indexes, as plain Python sees it."""

    def __init__(self, definition: Wire) -> None:
        self.index: str | None = definition.get("IndexName")
        names = [element["AttributeName"] for element in definition["KeySchema"]]
        self.hash_key, self.range_key = names[0], names[1] if len(names) > 1 else None
        self.keys = set(names)
        projection = definition.get("Projection", {})
        self.kept: set[str] | None = None
        if projection.get("ProjectionType", "ALL") != "ALL":
            self.kept = self.keys | {"pk", "sk"} | set(projection.get("NonKeyAttributes", ()))

    def entries(self, items: Iterator[Wire]) -> list[Wire]:
        return [
            {name: value for name, value in item.items() if self.kept is None or name in self.kept}
            for item in items
            if self.keys <= set(item)
        ]

    def params(self) -> Wire:
        return {"TableName": "ttt"} | ({} if self.index is None else {"IndexName": self.index})


SOURCES = [Source(one) for one in (TABLE, *TABLE["LocalSecondaryIndexes"], *TABLE["GlobalSecondaryIndexes"])]

OPERATORS: dict[str, Callable[[Any, Any, Any], bool]] = {
    "#r = :x": lambda value, x, y: value == x,
    "#r < :x": lambda value, x, y: value < x,
    "#r <= :x": lambda value, x, y: value <= x,
    "#r > :x": lambda value, x, y: value > x,
    "#r >= :x": lambda value, x, y: value >= x,
    ":x > #r": lambda value, x, y: value < x,
    "#r BETWEEN :x AND :y": lambda value, x, y: x <= value <= y,
    "begins_with(#r, :x)": lambda value, x, y: value.startswith(x),
}

FILTERS: dict[str, tuple[Wire, Callable[[Wire], bool]]] = {
    "attribute_exists(b)": ({}, lambda item: "b" in item),
    "n > :f AND NOT a = :here": (
        {":f": {"N": "0"}, ":here": {"S": "here"}},
        lambda item: "n" in item and plain(item["n"]) > 0 and "a" not in item,
    ),
    "attribute_not_exists(#odd)": ({}, lambda item: True),
}


class Items(RuleBasedStateMachine):
    """The table of `account_without_doors` beside a dict of items."""

    @initialize(items=st.lists(st.tuples(keys, attributes), max_size=25, unique_by=lambda one: place(one[0])))
    def begin(self, items: list[tuple[Wire, Wire]]) -> None:
        self.account = Account()
        self.table = self.account.table("ttt")
        self.model: dict[tuple[str, str], Wire] = {}
        self.batch(items, [])

    # ---- writes

    @rule(key=keys, rest=attributes)
    def put(self, key: Wire, rest: Wire) -> None:
        answer = self.account.call("PutItem", {"TableName": "ttt", "Item": {**key, **rest}, "ReturnValues": "ALL_OLD"})
        assert answer.get("Attributes") == self.model.get(place(key))
        self.model[place(key)] = canonical({**key, **rest})

    @rule(key=keys)
    def delete(self, key: Wire) -> None:
        answer = self.account.call("DeleteItem", {"TableName": "ttt", "Key": key, "ReturnValues": "ALL_OLD"})
        assert answer.get("Attributes") == self.model.pop(place(key), None)

    @rule(key=keys, rest=attributes, gone=st.sets(st.sampled_from("gnlab")))
    def update(self, key: Wire, rest: Wire, gone: set[str]) -> None:
        gone = gone - set(rest)
        actions = ["SET " + ", ".join(f"{name} = :{name}" for name in rest)] if rest else []
        actions += ["REMOVE " + ", ".join(sorted(gone))] if gone else []
        params: Wire = {"TableName": "ttt", "Key": key, "ReturnValues": "ALL_NEW"}
        if actions:
            params["UpdateExpression"] = " ".join(actions)
        if rest:
            params["ExpressionAttributeValues"] = {f":{name}": value for name, value in rest.items()}
        answer = self.account.call("UpdateItem", params)
        if place(key) not in self.model and gone and not rest:
            assert answer == {}  # an update that only removes makes no item
            return
        old = self.model.get(place(key), key)
        new = canonical({name: value for name, value in {**old, **rest}.items() if name not in gone})
        assert answer["Attributes"] == new
        self.model[place(key)] = new

    @rule(key=keys, by=st.sampled_from(NUMBERS))
    def count(self, key: Wire, by: str) -> None:
        self.account.call(
            "UpdateItem",
            {
                "TableName": "ttt",
                "Key": key,
                "UpdateExpression": "ADD n :by",
                "ExpressionAttributeValues": {":by": {"N": by}},
            },
        )
        old = self.model.get(place(key), key)
        total = plain(old.get("n", {"N": "0"})) + Decimal(by)
        self.model[place(key)] = canonical({**old, "n": {"N": str(total.normalize())}}) | (
            {"n": {"N": "0"}} if total == 0 else {}
        )

    @rule(puts=st.lists(st.tuples(keys, attributes), max_size=6), gone=st.lists(keys, max_size=4))
    def batch(self, puts: list[tuple[Wire, Wire]], gone: list[Wire]) -> None:
        writes: dict[tuple[str, str], Wire] = {place(key): {"DeleteRequest": {"Key": key}} for key in gone}
        writes |= {place(key): {"PutRequest": {"Item": {**key, **rest}}} for key, rest in puts}
        if not writes:
            return
        self.account.call("BatchWriteItem", {"RequestItems": {"ttt": list(writes.values())}})
        for where, write in writes.items():
            if "PutRequest" in write:
                self.model[where] = canonical(write["PutRequest"]["Item"])
            else:
                self.model.pop(where, None)

    @rule(puts=st.lists(st.tuples(keys, attributes), min_size=1, max_size=3, unique_by=lambda one: place(one[0])))
    def batch_with_one_bad_member(self, puts: list[tuple[Wire, Wire]]) -> None:
        requests = [{"PutRequest": {"Item": {**key, **rest}}} for key, rest in puts]
        bad = {"PutRequest": {"Item": {**key("z", "z"), "g": {"N": "1"}}}}
        with pytest.raises(DynamoDBError):
            self.account.call("BatchWriteItem", {"RequestItems": {"ttt": [*requests, bad]}})

    @rule(key=keys, rest=attributes)
    def refused(self, key: Wire, rest: Wire) -> None:
        for operation, params in (
            ("PutItem", {"Item": {**key, **rest}, "ConditionExpression": "attribute_exists(nothing)"}),
            ("PutItem", {"Item": {**key, **rest, "n": {"S": "no number"}}}),
            ("DeleteItem", {"Key": key, "ConditionExpression": "attribute_exists(nothing)"}),
            ("UpdateItem", {"Key": key, "UpdateExpression": "SET b = nothing, l = g"}),
        ):
            with pytest.raises(DynamoDBError):
                self.account.call(operation, {"TableName": "ttt", **params})

    # ---- reads

    def pages(self, operation: str, params: Wire) -> tuple[list[Wire], int]:
        """All items of all pages, and how many were evaluated."""
        items: list[Wire] = []
        scanned = 0
        while True:
            answer = self.account.call(operation, params)
            assert answer["Count"] == len(answer["Items"])
            items += answer["Items"]
            scanned += answer["ScannedCount"]
            if "Limit" in params:
                assert answer["ScannedCount"] <= params["Limit"]
            if "LastEvaluatedKey" not in answer:
                return items, scanned
            params = {**params, "ExclusiveStartKey": answer["LastEvaluatedKey"]}

    @rule(
        source=st.sampled_from(SOURCES),
        partition=st.sampled_from((*PARTITIONS, *SORTS[1:])),
        number=st.sampled_from(NUMBERS),
        condition=st.sampled_from(("", *OPERATORS)),
        bounds=st.tuples(st.integers(1, 6), st.integers(1, 6)),
        filter=st.sampled_from((None, *FILTERS)),
        limit=st.sampled_from((1, 2, 3, 50)),
    )
    def query(
        self,
        source: Source,
        partition: str,
        number: str,
        condition: str,
        bounds: tuple[int, int],
        filter: str | None,
        limit: int,
    ) -> None:
        wanted: Wire = {"N": number} if source.hash_key == "n" else {"S": partition}
        domain = NUMBERS if source.range_key == "n" else SORTS
        low, high = (domain[position] for position in sorted(bounds))
        tag = "N" if source.range_key == "n" else "S"
        if source.range_key is None or (tag == "N" and condition.startswith("begins")):
            condition = ""
        values, names = {":h": wanted}, {"#h": source.hash_key}
        if condition:
            names["#r"] = str(source.range_key)
            values[":x"] = {tag: low}
            if ":y" in condition:
                values[":y"] = {tag: high}
        params = {
            **source.params(),
            "KeyConditionExpression": f"#h = :h AND {condition}" if condition else "#h = :h",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }
        x, y = plain({tag: low}), plain({tag: high})
        found = [
            item
            for item in source.entries(iter(self.model.values()))
            if plain(item[source.hash_key]) == plain(wanted)
            and (not condition or OPERATORS[condition](plain(item[source.range_key or ""]), x, y))
        ]
        forward, _ = self.pages("Query", params)
        if source.range_key is None:
            assert sorted(forward, key=place) == sorted(found, key=place)
        else:
            order = [plain(item[source.range_key]) for item in forward]
            assert order == sorted(order)
            assert sorted(forward, key=place) == sorted(found, key=place)
        backward, _ = self.pages("Query", {**params, "ScanIndexForward": False})
        assert backward == forward[::-1]
        for reverse in (False, True):
            paged, _ = self.pages("Query", {**params, "Limit": limit, "ScanIndexForward": not reverse})
            assert paged == (backward if reverse else forward)
        if filter is not None and source.kept is None:
            filter_values, passes = FILTERS[filter]
            filtered, scanned = self.pages(
                "Query",
                {
                    **params,
                    "Limit": limit,
                    "FilterExpression": filter.replace("n >", "z >") if "n" in source.keys else filter,
                    "ExpressionAttributeNames": names | ({"#odd": "odd"} if "#odd" in filter else {}),
                    "ExpressionAttributeValues": values | filter_values,
                },
            )
            if "n" not in source.keys:
                assert filtered == [item for item in forward if passes(item)]
            assert scanned == len(forward)

    @rule(
        source=st.sampled_from(SOURCES),
        segments=st.integers(1, 4),
        limit=st.sampled_from((None, 1, 2, 3, 50)),
        filter=st.sampled_from((None, *FILTERS)),
    )
    def scan(self, source: Source, segments: int, limit: int | None, filter: str | None) -> None:
        params = source.params()
        everything, _ = self.pages("Scan", params)
        found = source.entries(iter(self.model.values()))
        assert sorted(everything, key=place) == sorted(found, key=place)
        if limit is not None:
            params["Limit"] = limit
        paged, _ = self.pages("Scan", params)
        assert paged == everything
        parts = [self.pages("Scan", {**params, "Segment": n, "TotalSegments": segments})[0] for n in range(segments)]
        assert [item for part in parts for item in part] == everything
        if filter is not None and source.kept is None:
            values, passes = FILTERS[filter]
            params["FilterExpression"] = filter
            params |= {"ExpressionAttributeValues": values} if values else {}
            params |= {"ExpressionAttributeNames": {"#odd": "odd"}} if "#odd" in filter else {}
            filtered, scanned = self.pages("Scan", params)
            assert filtered == [item for item in everything if passes(item)]
            assert scanned == len(everything)

    @rule(wanted=st.lists(keys, min_size=1, max_size=8, unique_by=place))
    def get(self, wanted: list[Wire]) -> None:
        for one in wanted:
            assert self.account.call("GetItem", {"TableName": "ttt", "Key": one}).get("Item") == self.model.get(
                place(one)
            )
        answer = self.account.call("BatchGetItem", {"RequestItems": {"ttt": {"Keys": wanted}}})
        assert answer["UnprocessedKeys"] == {}
        found = [self.model[place(one)] for one in wanted if place(one) in self.model]
        assert sorted(answer["Responses"]["ttt"], key=place) == sorted(found, key=place)

    @invariant()
    def holds_together(self) -> None:
        self.table.check()
        assert len(self.table) == len(self.model)


def test_every_way_of_reading_agrees_with_plain_python() -> None:
    run_state_machine_as_test(
        Items,
        settings=settings(
            max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
