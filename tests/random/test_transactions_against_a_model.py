"""Random transactions beside a model in plain Python: all or nothing, with the right reasons, at one moment."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pytest_ddbmock.engine.conflicts import Hold
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.values.attribute import attributes_to_wire
from pytest_ddbmock.values.item import decode_item

Wire = dict[str, Any]
Model = dict[tuple[str, str], Wire]
"""Items by table and key."""

TABLES = ("ttt", "uuu")
NAMES = ("p", "q", "é")
CONDITIONS: dict[str, Callable[[Wire | None], bool]] = {
    "attribute_exists(pk)": lambda item: item is not None,
    "attribute_not_exists(pk)": lambda item: item is None,
    "attribute_exists(g)": lambda item: item is not None and "g" in item,
    "a = :cond": lambda item: item is not None and item.get("a") == {"N": "1"},
}
WRONG_TYPE = (
    "One or more parameter values were invalid: Type mismatch for Index Key g Expected: S Actual: N IndexName: by-g"
)
UPDATES: dict[str, tuple[Callable[[Wire], Wire | None], str]] = {
    "SET a = :one": (lambda item: {**item, "a": {"N": "1"}}, ""),
    "SET g = :g": (lambda item: {**item, "g": {"S": "g"}}, ""),
    "REMOVE g, a": (lambda item: {name: value for name, value in item.items() if name not in ("g", "a")}, ""),
    "ADD a :one": (
        lambda item: {**item, "a": {"N": str(int(item.get("a", {"N": "0"})["N"]) + 1)}},
        "",
    ),
    "SET b = a": (
        lambda item: {**item, "b": item["a"]} if "a" in item else None,
        "The provided expression refers to an attribute that does not exist in the item",
    ),
    "SET b.c = :one": (
        lambda item: None,
        "The document path provided in the update expression is invalid for update",
    ),
    "SET g = :one": (lambda item: None, WRONG_TYPE),
}
VALUES = {":one": {"N": "1"}, ":g": {"S": "g"}, ":cond": {"N": "1"}}
FAILED = "The conditional request failed"
FAULTS = {
    "no key": "The provided key element does not match the schema",
    "long key": "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 "
    "bytes",
    "wrong index key": WRONG_TYPE,
}
"""What is wrong with a member before any item is read."""

places = st.tuples(st.sampled_from(TABLES), st.sampled_from(NAMES))
attributes = st.fixed_dictionaries(
    {}, optional={"g": st.just({"S": "g"}), "a": st.sampled_from(["0", "1", "2"]).map(lambda n: {"N": n})}
)
present = st.sampled_from(sorted(CONDITIONS))
conditions = st.one_of(st.none(), present)
members = st.one_of(
    st.tuples(st.just("Put"), attributes, conditions),
    st.tuples(st.just("Update"), st.sampled_from(sorted(UPDATES)), conditions),
    st.tuples(st.just("Delete"), st.none(), conditions),
    st.tuples(st.just("ConditionCheck"), st.none(), present),
    st.tuples(st.sampled_from(["Delete", "ConditionCheck"]), st.sampled_from(["no key", "long key"]), present),
    st.tuples(st.just("Put"), st.just("wrong index key"), conditions),
)
transactions = st.dictionaries(places, members, min_size=1, max_size=5)


def key(name: str) -> Wire:
    return {"pk": {"S": name}, "sk": {"S": "s"}}


def action(place: tuple[str, str], member: tuple[str, Any, str | None]) -> Wire:
    """A member of `TransactItems`."""
    kind, detail, condition = member
    given: Wire = {"TableName": place[0], "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    if kind == "Put":
        given["Item"] = {**key(place[1]), **({"g": {"N": "1"}} if detail == "wrong index key" else detail)}
    elif detail == "no key":
        given["Key"] = {"pk": {"S": place[1]}}
    else:
        given["Key"] = key(place[1] * 2049 if detail == "long key" else place[1])
    text = ""
    if kind == "Update":
        text = given["UpdateExpression"] = detail
    if condition is not None:
        given["ConditionExpression"] = condition
    used = {name: value for name, value in VALUES.items() if name in text.split() or name in (condition or "").split()}
    if used:
        given["ExpressionAttributeValues"] = used
    return {kind: given}


def expected(
    model: Model, held: set[tuple[str, str]], place: tuple[str, str], member: tuple[str, Any, str | None]
) -> tuple[Wire, Wire | None]:
    """The reason for an action, and the item that it leaves."""
    kind, detail, condition = member
    stored = model.get(place)
    if isinstance(detail, str) and detail in FAULTS:
        return {"Code": "ValidationError", "Message": FAULTS[detail], "fault": True}, stored
    if place in held:
        return {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}, stored
    if condition is not None and not CONDITIONS[condition](stored):
        shown = {} if stored is None else {"Item": stored}
        return {"Code": "ConditionalCheckFailed", "Message": FAILED, **shown}, stored
    if kind == "Put":
        return {"Code": "None"}, {**key(place[1]), **detail}
    if kind == "Update":
        evaluate, message = UPDATES[detail]
        if stored is None and detail.startswith("REMOVE"):
            return {"Code": "None"}, None
        result = evaluate(stored or key(place[1]))
        if result is None:
            return {"Code": "ValidationError", "Message": message}, stored
        return {"Code": "None"}, result
    return {"Code": "None"}, None if kind == "Delete" else stored


def reported(reasons: list[Wire]) -> list[Wire]:
    """The reasons that are shown: the first of `FAULTS`, else the first other `ValidationError`, else all."""
    faults = [place for place, reason in enumerate(reasons) if reason.pop("fault", False)]
    invalid = faults or [place for place, reason in enumerate(reasons) if reason["Code"] == "ValidationError"]
    return [reason if place in (invalid[:1] or [place]) else {"Code": "None"} for place, reason in enumerate(reasons)]


class Transactions(RuleBasedStateMachine):
    """Two tables of `conftest`'s kind beside a dict of their items."""

    make: Callable[[], Any]

    @initialize()
    def begin(self) -> None:
        self.account = type(self).make()
        self.account.call("CreateTable", {**self.definition(), "TableName": "uuu"})
        self.tables = {name: self.account.table(name) for name in TABLES}
        self.model: Model = {}
        self.held: dict[tuple[str, str], Hold] = {}
        self.moments: list[tuple[int, Model]] = []
        self.marks: list[tuple[Any, Model, int, dict[str, tuple[Wire, Model]]]] = []
        self.tokens: dict[str, tuple[Wire, Model]] = {}

    def definition(self) -> Wire:
        described = self.account.call("DescribeTable", {"TableName": "ttt"})["Table"]
        projections = ("IndexName", "KeySchema", "Projection")
        return {
            "KeySchema": described["KeySchema"],
            "AttributeDefinitions": described["AttributeDefinitions"],
            "BillingMode": "PAY_PER_REQUEST",
            **{
                name: [{part: index[part] for part in projections} for index in described[name]]
                for name in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes")
            },
        }

    # ---- writes

    @rule(wanted=transactions, token=st.one_of(st.none(), st.sampled_from("xyz")))
    def write(self, wanted: dict[tuple[str, str], tuple[str, Any, str | None]], token: str | None) -> None:
        request: Wire = {"TransactItems": [action(place, member) for place, member in wanted.items()]}
        outcomes = {place: expected(self.model, set(self.held), place, one) for place, one in wanted.items()}
        reasons = reported([reason for reason, _ in outcomes.values()])
        params = copy.deepcopy(request) | ({} if token is None else {"ClientRequestToken": token})
        seq = self.account.engine.seq
        if token in self.tokens:
            self.repeat(params, self.tokens[token][0] == request)
        elif any(reason["Code"] != "None" for reason in reasons):
            with pytest.raises(DynamoDBError) as caught:
                self.account.call("TransactWriteItems", params)
            assert caught.value.code == "TransactionCanceledException"
            assert caught.value.fields["CancellationReasons"] == reasons
            assert self.account.engine.seq == seq
        else:
            assert self.account.call("TransactWriteItems", params) == {}
            writes = [place for place, member in wanted.items() if member[0] != "ConditionCheck"]
            assert self.account.engine.seq == seq + len(writes)
            for place in writes:
                item = outcomes[place][1]
                if item is None:
                    self.model.pop(place, None)
                else:
                    self.model[place] = item
            if token is not None:
                self.tokens[token] = (request, dict(self.model))
        self.remember()

    def repeat(self, params: Wire, is_same: bool) -> None:
        """What was done under the token is not done again."""
        seq = self.account.engine.seq
        if is_same:
            assert self.account.call("TransactWriteItems", params) == {}
        else:
            with pytest.raises(DynamoDBError, match="IdempotentParameterMismatchException"):
                self.account.call("TransactWriteItems", params)
        assert self.account.engine.seq == seq

    @rule(place=places, rest=attributes)
    def take_back(self, place: tuple[str, str], rest: Wire) -> None:
        """Done, rolled back, and done again under the same token."""
        if place in self.held:
            return
        params = {"TransactItems": [action(place, ("Put", rest, None))], "ClientRequestToken": "taken back"}
        for _ in range(2):
            mark, seq = self.account.engine.mark(), self.account.engine.seq
            self.account.call("TransactWriteItems", params)
            assert self.account.engine.seq == seq + 1
            self.account.engine.rollback(mark)

    @rule(place=places, rest=attributes)
    def put_alone(self, place: tuple[str, str], rest: Wire) -> None:
        params = {"TableName": place[0], "Item": {**key(place[1]), **rest}}
        if place in self.held:
            with pytest.raises(DynamoDBError, match="TransactionConflictException"):
                self.account.call("PutItem", params)
        else:
            self.account.call("PutItem", params)
            self.model[place] = params["Item"]
        self.remember()

    # ---- reads

    @rule(wanted=st.lists(places, min_size=1, max_size=4, unique=True))
    def read(self, wanted: list[tuple[str, str]]) -> None:
        params = {"TransactItems": [{"Get": {"TableName": table, "Key": key(name)}} for table, name in wanted]}
        if any(place in self.held for place in wanted):
            with pytest.raises(DynamoDBError) as caught:
                self.account.call("TransactGetItems", params)
            codes = [reason["Code"] for reason in caught.value.fields["CancellationReasons"]]  # type: ignore[attr-defined]
            assert codes == ["TransactionConflict" if place in self.held else "None" for place in wanted]
        else:
            assert self.account.call("TransactGetItems", params) == {
                "Responses": [{"Item": self.model[place]} if place in self.model else {} for place in wanted]
            }

    # ---- what a test does

    @rule(place=places)
    def hold_or_let_go(self, place: tuple[str, str]) -> None:
        conflicts = self.account.engine.scenario.conflicts
        if place in self.held:
            conflicts.remove(self.held.pop(place))
        else:
            table = self.tables[place[0]]
            hold = self.held[place] = Hold(table, table.schema.key_of_key(decode_item(key(place[1]))))
            conflicts.add(hold)

    @rule()
    def mark(self) -> None:
        self.marks.append((self.account.engine.mark(), dict(self.model), len(self.moments), dict(self.tokens)))

    @precondition(lambda self: self.marks)
    @rule(chosen=st.randoms(use_true_random=False))
    def roll_back(self, chosen: random.Random) -> None:
        del self.marks[chosen.randrange(len(self.marks)) + 1 :]
        mark, self.model, moments, self.tokens = copy.copy(self.marks[-1])
        self.model, self.tokens = dict(self.model), dict(self.tokens)
        del self.moments[moments:]
        self.account.engine.rollback(mark)

    def remember(self) -> None:
        """The moment just past; each call is a millisecond later."""
        self.moments.append((self.account.engine.clock.moment, dict(self.model)))

    # ---- what holds

    @invariant()
    def the_tables_are_those_of_the_model(self) -> None:
        for name, table in self.tables.items():
            table.check()
            assert {place[1]: item for place, item in self.model.items() if place[0] == name} == {
                item["pk"][1]: attributes_to_wire(item) for item in table.items()
            }

    @invariant()
    def every_moment_is_before_or_after_a_transaction(self) -> None:
        for moment, model in self.moments[-3:]:
            for name, table in self.tables.items():
                assert {place[1]: item for place, item in model.items() if place[0] == name} == {
                    item["pk"][1]: attributes_to_wire(item) for item in table.as_of(moment).items()
                }

    @invariant()
    def the_changes_of_a_transaction_have_one_moment(self) -> None:
        moments = [change.at for table in self.tables.values() for change in table.history.since(0)]
        allowed = {moment for moment, _ in self.moments}
        assert set(moments) <= allowed


def test_transactions_are_all_or_nothing(make_engine: Any) -> None:
    machine = type("Machine", (Transactions,), {"make": staticmethod(make_engine)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
