from __future__ import annotations

from typing import Any

import pytest

from pytest_ddbmock.clock import MINUTE
from pytest_ddbmock.engine import tokens
from pytest_ddbmock.engine.caller import caller
from pytest_ddbmock.engine.request import Request
from pytest_ddbmock.engine.tokens import Done, Tokens, Use
from pytest_ddbmock.errors import DynamoDBError


def payload(*members: Any, **params: Any) -> bytes:
    request = Request("dynamodb", "TransactWriteItems", {"TransactItems": list(members), **params}, caller("a", "r"))
    return tokens.payload_of(request)


def use(token: str) -> Use:
    return Use("a", "r", "TransactWriteItems", token)


PUT = {"Put": {"TableName": "t", "Item": {"pk": {"S": "x"}, "n": {"N": "1"}}}}


@pytest.mark.parametrize(
    "same",
    [
        {"Put": {"Item": {"n": {"N": "1"}, "pk": {"S": "x"}}, "TableName": "t"}},
        {"Put": {**PUT["Put"], "ConditionExpression": None}, "Delete": None},
    ],
)
def test_a_payload_is_the_same_without_order_and_nulls(same: Any) -> None:
    assert payload(PUT) == payload(same)


def test_what_shall_be_told_is_no_part_of_the_payload() -> None:
    told = {"ReturnConsumedCapacity": "TOTAL", "ReturnItemCollectionMetrics": "SIZE", "ClientRequestToken": "t"}
    assert payload(PUT) == payload(PUT, **told)


@pytest.mark.parametrize(
    "other", [[PUT, PUT], [{"Put": {**PUT["Put"], "TableName": "u"}}], [{"Put": {**PUT["Put"], "New": b"\xff"}}]]
)
def test_all_else_is_part_of_the_payload(other: Any) -> None:
    assert payload(PUT) != payload(*other)


def test_half_a_character_has_a_payload() -> None:
    assert payload("\ud83d") != payload("\ud83e")


def test_tokens_are_forgotten_when_others_come() -> None:
    kept = Tokens()
    for minute in range(100):
        kept.remember(use(str(minute)), Done(minute * MINUTE, b"", ()))
    assert len(kept.mark()) == 10
    assert kept.done(use("89"), b"", 99 * MINUTE) is None
    assert kept.done(use("90"), b"", 99 * MINUTE) is not None


def test_a_token_of_another_payload_is_refused_until_it_is_forgotten() -> None:
    kept = Tokens()
    kept.remember(use("t"), Done(0, b"x", ()))
    with pytest.raises(DynamoDBError, match="IdempotentParameterMismatchException"):
        kept.done(use("t"), b"y", 10 * MINUTE - 1)
    assert kept.done(use("t"), b"y", 10 * MINUTE) is None


def test_a_clock_that_goes_back_leaves_tokens_alone() -> None:
    kept = Tokens()
    kept.remember(use("t"), Done(20 * MINUTE, b"x", ()))
    kept.remember(use("u"), Done(0, b"x", ()))
    assert kept.done(use("t"), b"x", 5 * MINUTE) is not None
    assert kept.done(use("u"), b"x", 5 * MINUTE) is not None


def test_a_mark_holds_what_was_done_then() -> None:
    kept = Tokens()
    kept.remember(use("t"), Done(0, b"x", ()))
    mark = kept.mark()
    kept.remember(use("u"), Done(1, b"x", ()))
    for _ in range(2):
        kept.rollback(mark)
        assert kept.done(use("t"), b"x", 2) is not None
        assert kept.done(use("u"), b"x", 2) is None
        kept.remember(use("u"), Done(1, b"x", ()))
