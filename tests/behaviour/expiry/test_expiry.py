"""Items go when their time has come: which ones, when, in what order, and what else sees it."""

from __future__ import annotations

import decimal

import pytest

from pytest_ddbmock.storage.change import Actor
from tests.support.accounts import SECOND, START, Account

NOW = START // SECOND
YEAR = 365 * 86_400


@pytest.fixture
def account():
    return begin(Account())


def begin(account, **more):
    """The table `sessions` with TTL by `ttl`."""
    account.create("sessions", **more)
    account.tick(account.engine.rules.pace / SECOND)
    account.call(
        "UpdateTimeToLive",
        TableName="sessions",
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"},
    )
    return account


def put(account, key, value=None, **more):
    ttl = {} if value is None else {"ttl": value if isinstance(value, dict) else {"N": str(value)}}
    account.call("PutItem", TableName="sessions", Item={"pk": {"S": key}, **ttl, **more})


def left(account):
    return sorted(item["pk"]["S"] for item in account.call("Scan", TableName="sessions")["Items"])


def deletes(account):
    """Key and moment of each delete by the service, in order; moments in seconds from the start."""
    return [
        (change.old["pk"][1], (change.at - START) / SECOND)
        for change in account.table("sessions").history.since(0)
        if change.actor is Actor.TTL
    ]


# ---- which items


def test_an_item_goes_once_its_time_has_passed(account):
    put(account, "a", NOW + 60)
    account.tick(60)
    assert left(account) == ["a"]
    account.tick(0.000001)
    assert left(account) == []


@pytest.mark.parametrize(
    "value",
    [
        {"S": str(NOW + 1)},
        {"NS": [str(NOW + 1)]},
        {"L": [{"N": str(NOW + 1)}]},
        {"M": {"ttl": {"N": str(NOW + 1)}}},
        {"B": b"1"},
        {"BOOL": True},
        {"NULL": True},
        None,
    ],
)
def test_what_is_no_number_at_the_top_never_expires(account, value):
    put(account, "a", value)
    account.tick(100 * YEAR)
    assert left(account) == ["a"]


@pytest.mark.parametrize("value", [0, -1, -(10**40), "1E-130", NOW - 5 * YEAR, NOW - 5 * YEAR - 1, "-9.9E125"])
def test_what_expired_five_years_ago_or_more_stays_for_ever(account, value):
    put(account, "a", value)
    account.tick(1)
    assert left(account) == ["a"]
    account.tick(10 * YEAR)
    assert left(account) == ["a"]


@pytest.mark.parametrize("value", [NOW - 5 * YEAR + 1, f"{NOW - 5 * YEAR}.000001", NOW - 1])
def test_what_expired_less_than_five_years_ago_goes_at_once(account, value):
    put(account, "a", value)
    assert left(account) == []


@pytest.mark.parametrize("value", [NOW * 1000, "9.9E125", 10**30])
def test_a_time_in_milliseconds_lies_far_in_the_future(account, value):
    put(account, "a", value)
    account.tick(1000 * YEAR)
    assert left(account) == ["a"]


def test_fractions_of_a_second_count(account):
    put(account, "a", f"{NOW}.25")
    put(account, "b", f"{NOW}.{'0' * 27}1")
    put(account, "c", f"{NOW}.000001")
    assert left(account) == ["a", "b", "c"]
    account.tick(0.000001)
    assert left(account) == ["a", "c"]
    account.tick(0.25)
    assert left(account) == []
    assert deletes(account) == [("b", 0.000001), ("c", 0.000002), ("a", 0.250001)]


def test_the_applications_decimal_context_does_not_matter(account):
    put(account, "a", f"{NOW + 60}.123456789")
    put(account, "b", f"{NOW + 60}.1234")
    with decimal.localcontext() as context:
        context.prec = 3
        context.traps[decimal.Inexact] = context.traps[decimal.Rounded] = context.traps[decimal.FloatOperation] = True
        account.tick(60.1234)
        assert left(account) == ["a", "b"]
        account.tick(0.00001)
        assert left(account) == ["a"]
        account.tick(1)
        assert left(account) == []
    assert deletes(account) == [("b", 60.123401), ("a", 60.123457)]


def test_an_item_whose_time_was_moved_or_removed_stays(account):
    for key in "abc":
        put(account, key, NOW + 60)
    put(account, "a", NOW + 120)
    account.call(
        "UpdateItem", TableName="sessions", Key={"pk": {"S": "b"}}, UpdateExpression="REMOVE #t",
        ExpressionAttributeNames={"#t": "ttl"},
    )  # fmt: skip
    account.tick(61)
    assert left(account) == ["a", "b"]


def test_the_key_itself_may_be_the_time():
    account = Account()
    account.call(
        "CreateTable",
        TableName="by-time",
        AttributeDefinitions=[{"AttributeName": "at", "AttributeType": "N"}],
        KeySchema=[{"AttributeName": "at", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    account.call(
        "UpdateTimeToLive", TableName="by-time", TimeToLiveSpecification={"Enabled": True, "AttributeName": "at"}
    )
    for second in (10, 20):
        account.call("PutItem", TableName="by-time", Item={"at": {"N": str(NOW + second)}})
    account.tick(15)
    assert account.call("Scan", TableName="by-time")["Items"] == [{"at": {"N": str(NOW + 20)}}]


# ---- when


def test_a_jump_deletes_in_order_each_at_its_moment(account):
    for key, seconds in (("c", 300), ("a", 100), ("d", 86_400), ("b", 200)):
        put(account, key, NOW + seconds)
    account.tick(10 * YEAR)
    assert left(account) == []
    assert deletes(account) == [("a", 100.000001), ("b", 200.000001), ("c", 300.000001), ("d", 86_400.000001)]


def test_a_jump_of_decades_leaves_nothing_behind(account):
    put(account, "a", NOW + 60)
    account.tick(30 * YEAR)
    assert left(account) == []


def test_what_had_expired_before_ttl_was_enabled_goes_then_and_not_before():
    account = Account()
    account.create("sessions")
    put(account, "a", NOW + 10)
    account.tick(100)
    assert left(account) == ["a"]
    account.call(
        "UpdateTimeToLive", TableName="sessions", TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"}
    )
    account.tick(5)
    assert left(account) == []
    assert deletes(account) == [("a", 100.0)]
    assert len(account.table("sessions").as_of(START + 99 * SECOND)) == 1


def test_disabling_ttl_saves_the_items(account):
    account.tick(3600)
    put(account, "a", NOW + 3660)
    account.call(
        "UpdateTimeToLive", TableName="sessions", TimeToLiveSpecification={"Enabled": False, "AttributeName": "ttl"}
    )
    account.tick(3600)
    assert left(account) == ["a"]


def test_a_delay_keeps_expired_items_for_a_while():
    account = begin(Account(ttl_delay=3600))
    put(account, "a", NOW + 60)
    account.tick(3660)
    assert left(account) == ["a"]
    account.tick(1)
    assert left(account) == []
    assert deletes(account) == [("a", 3660.000001)]


def test_an_item_in_its_delay_can_still_be_saved():
    account = begin(Account(ttl_delay=3600))
    put(account, "a", NOW + 60)
    account.tick(1800)
    put(account, "a", NOW + 100_000)
    account.tick(3600)
    assert left(account) == ["a"]


def test_what_expired_before_its_table_went_was_told_by_the_stream(account):
    account = begin(Account(pace=60), StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
    table = account.table("sessions")
    put(account, "a", NOW + 90)
    account.tick(40)
    account.call("DeleteTable", TableName="sessions")
    account.tick(3600)
    assert account.call("ListTables")["TableNames"] == []
    assert [change.actor for change in table.history.since(0)] == [Actor.USER, Actor.TTL]


def test_a_clock_that_goes_back_brings_nothing_back_and_harms_nothing(account):
    put(account, "a", NOW + 60)
    put(account, "b", NOW + 200)
    account.tick(100)
    assert left(account) == ["b"]
    account.tick(-90)
    assert left(account) == ["b"]
    account.tick(300)
    assert left(account) == []


# ---- what else sees it


def test_indexes_lose_expired_items():
    account = Account()
    account.call(
        "CreateTable",
        TableName="sessions",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "user")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        LocalSecondaryIndexes=[
            {"IndexName": "local",
             "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "user", "KeyType": "RANGE"}],
             "Projection": {"ProjectionType": "KEYS_ONLY"}}
        ],
        GlobalSecondaryIndexes=[
            {"IndexName": "global", "KeySchema": [{"AttributeName": "user", "KeyType": "HASH"}],
             "Projection": {"ProjectionType": "ALL"}}
        ],
        BillingMode="PAY_PER_REQUEST",
    )  # fmt: skip
    account.call(
        "UpdateTimeToLive", TableName="sessions", TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"}
    )
    put(account, "a", NOW + 60, sk={"S": "1"}, user={"S": "ada"})
    put(account, "a", NOW + 99, sk={"S": "2"}, user={"S": "ada"})
    account.tick(61)
    for index in ("local", "global"):
        [item] = account.call("Scan", TableName="sessions", IndexName=index)["Items"]
        assert item["sk"] == {"S": "2"}
    account.table("sessions").check()


def test_a_rollback_brings_expired_items_back(account):
    put(account, "a", NOW + 60)
    mark = account.engine.mark()
    account.tick(100)
    assert left(account) == []
    account.tick(-100)
    account.engine.rollback(mark)
    assert left(account) == ["a"]
    account.tick(61)
    assert left(account) == []
    account.table("sessions").check()


def test_a_rollback_forgets_how_far_time_had_come(account):
    put(account, "old", NOW + 60)
    mark = account.engine.mark()
    account.tick(20 * YEAR)
    assert left(account) == []
    account.tick(-20 * YEAR)
    account.engine.rollback(mark)
    put(account, "older", NOW - 6 * YEAR)
    account.tick(61)
    assert left(account) == ["older"]


def test_tables_expire_on_their_own(account):
    account.create("others")
    account.call("PutItem", TableName="others", Item={"pk": {"S": "a"}, "ttl": {"N": str(NOW + 1)}})
    put(account, "a", NOW + 1)
    account.tick(10)
    assert left(account) == []
    assert account.call("Scan", TableName="others")["Count"] == 1


def test_moving_the_mocks_clock_is_enough(ddbmock):
    sessions = ddbmock.create_table("sessions", "token", ttl="expires", stream="NEW_AND_OLD_IMAGES")
    expires = int(ddbmock.clock.now.timestamp()) + 3600
    sessions.load([{"token": "t1", "expires": expires}, {"token": "t2"}])
    ddbmock.clock.tick(minutes=59)
    assert "t1" in sessions
    ddbmock.clock.tick(hours=1)
    assert "t1" not in sessions
    assert "t2" in sessions
    assert ddbmock.streams["sessions"].last.by_ttl
