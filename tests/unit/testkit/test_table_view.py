from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from pytest_ddbmock import UsageError, mock_dynamodb


@pytest.fixture
def ddb():
    with mock_dynamodb() as mock:
        yield mock


@pytest.fixture
def users(ddb):
    view = ddb.create_table("users", "pk", "sk:N")
    view.load([{"pk": "b", "sk": 1}, {"pk": "a", "sk": 10, "name": "Ada"}, {"pk": "a", "sk": 9}])
    return view


def test_items_are_plain_python_in_key_order(users):
    assert users.items == [{"pk": "a", "sk": 9}, {"pk": "a", "sk": 10, "name": "Ada"}, {"pk": "b", "sk": 1}]
    assert list(users) == users.items
    assert len(users) == 3
    assert isinstance(users.items[0]["sk"], Decimal)


def test_an_item_is_found_by_its_key(users):
    assert users["a", 10] == {"pk": "a", "sk": 10, "name": "Ada"}
    assert users.get(("a", 10)) == users["a", Decimal("10.0")]
    assert ("a", 9) in users
    assert ("a", 8) not in users
    assert users.get(("a", 8)) is None
    with pytest.raises(KeyError):
        users["a", 8]


def test_a_table_with_a_partition_key_alone_takes_its_value(ddb):
    view = ddb.create_table("tokens", "token")
    view.load([{"token": "x"}])
    assert "x" in view
    assert "y" not in view
    assert view["x"] == {"token": "x"}


@pytest.mark.parametrize("key", ["a", ("a",), ("a", 1, 2), ("a", "1"), (1, 1), ("", 1)])
def test_what_cannot_be_a_key_is_refused(users, key):
    with pytest.raises(UsageError, match=r'the key of table "users" is pk \(S\), sk \(N\)'):
        key in users  # noqa: B015


def test_what_is_read_is_the_callers_own(users):
    users.items[0]["pk"] = "changed"
    users["a", 9]["pk"] = "changed"
    assert ("a", 9) in users


def test_an_empty_table_is_true(ddb):
    view = ddb.create_table("users", "pk")
    assert view
    assert len(view) == 0


def test_a_view_is_of_the_table_of_that_name_now(ddb, users):
    ddb.client().delete_table(TableName="users")
    with pytest.raises(UsageError, match='unknown table "users"'):
        users.items  # noqa: B018
    ddb.create_table("users", "pk")
    assert users.items == []


# ---- as it was


def test_a_table_is_seen_as_it_was(ddb, users):
    before = ddb.clock.now
    ddb.clock.tick(hours=1)
    ddb.client().delete_item(TableName="users", Key={"pk": {"S": "a"}, "sk": {"N": "9"}})
    past = users.at(before)
    assert len(users) == 2
    assert len(past) == 3
    assert past["a", 9] == {"pk": "a", "sk": 9}
    assert ("a", 9) in past
    assert past.items == users.at(before.isoformat()).items


def test_moments_are_utc_unless_an_offset_is_given(ddb):
    ddb.clock.move_to("2026-01-01")
    users = ddb.create_table("users", "pk")
    for hour in range(3):
        users.load([{"pk": str(hour)}])
        ddb.clock.tick(hours=1)
    assert len(users.at("2026-01-01T01:30")) == 2
    assert len(users.at("2026-01-01T01:30+01:00")) == 1
    assert len(users.at(datetime.datetime(2026, 1, 1, 1, 30))) == 2


def test_the_past_can_only_be_read(ddb, users):
    past = users.at(ddb.clock.now)
    with pytest.raises(UsageError, match="can only be read"):
        past.load([])
    with pytest.raises(UsageError, match="ask the table itself"):
        past.at("2026-01-01")


def test_a_moment_before_the_history_is_refused(users):
    with pytest.raises(UsageError, match="begins at"):
        users.at("1999-01-01")
