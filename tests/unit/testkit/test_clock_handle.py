from __future__ import annotations

import datetime
import time

import boto3
import freezegun
import pytest

from pytest_ddbmock import UsageError, mock_dynamodb

NEW_YEAR = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


@pytest.fixture
def ddb():
    with mock_dynamodb(tables={"users": {"key": "pk", "ttl": "expires", "stream": True, "pitr": True}}) as mock:
        yield mock


def put(**attributes):
    boto3.resource("dynamodb", region_name="us-east-1").Table("users").put_item(Item={"pk": "a", **attributes})


def test_now_is_pythons_time_in_utc(ddb):
    assert abs(ddb.clock.now.timestamp() - time.time()) < 60
    assert ddb.clock.now.utcoffset() == datetime.timedelta(0)


def test_moves_give_the_new_time(ddb):
    assert ddb.clock.move_to("2026-01-01") - NEW_YEAR < datetime.timedelta(minutes=1)
    ddb.clock.freeze()
    ddb.clock.move_to("2026-01-01")
    assert ddb.clock.tick(1, minutes=1, hours=1, days=1) == NEW_YEAR + datetime.timedelta(days=1, seconds=3661)
    assert ddb.clock.now == ddb.clock.tick()


def test_items_expire_when_time_moves(ddb):
    put(expires=int(time.time()) + 3600)
    ddb.clock.tick(minutes=59)
    assert "a" in ddb.table("users")
    ddb.clock.tick(minutes=2)
    assert "a" not in ddb.table("users")
    assert ddb.streams["users"].last.by_ttl


def test_a_delay_of_ttl_is_an_option():
    with mock_dynamodb(ttl_delay=600, tables={"users": {"key": "pk", "ttl": "expires"}}) as ddb:
        put(expires=int(time.time()) + 60)
        ddb.clock.tick(minutes=10)
        assert "a" in ddb.table("users")
        ddb.clock.tick(minutes=2)
        assert "a" not in ddb.table("users")


def test_a_table_is_restored_to_a_moment(ddb):
    put(status="good")
    ddb.clock.tick(minutes=10)
    before = ddb.clock.now
    ddb.clock.tick(minutes=10)
    put(status="bad")
    ddb.client().restore_table_to_point_in_time(
        SourceTableName="users", TargetTableName="users-2", RestoreDateTime=before
    )
    assert ddb.table("users-2").items == [{"pk": "a", "status": "good"}]


def test_the_clock_does_not_go_back_beyond_a_change_of_the_test(ddb):
    ddb.clock.move_to("2026-01-01")
    put()
    for back in (lambda: ddb.clock.move_to("2025-12-31"), lambda: ddb.clock.tick(-60)):
        with pytest.raises(UsageError, match=r"cannot go back to .* the test has changed an item at 2026-01-01T"):
            back()
    ddb.clock.tick(days=1)
    ddb.clock.tick(hours=-23)


def test_the_clock_goes_back_before_the_first_change(ddb):
    ddb.clock.move_to("2020-01-01")
    put()
    assert ddb.streams["users"].last.at.year == 2020


def test_a_seed_is_older_than_any_time():
    seed = {"users": [{"pk": "old", "expires": 1_577_923_200}]}  # 2020-01-02
    with mock_dynamodb(tables={"users": {"key": "pk", "ttl": "expires"}}, seed=seed) as ddb:
        ddb.clock.move_to("2020-01-01")
        assert "old" in ddb.table("users")
        ddb.clock.tick(days=2)
        assert "old" not in ddb.table("users")


def test_moves_that_say_nothing_are_refused(ddb):
    for wrong in (
        lambda: ddb.clock.tick("1"),
        lambda: ddb.clock.move_to("yesterday"),
    ):
        with pytest.raises(UsageError):
            wrong()


def test_an_unknown_unit_is_refused_with_a_near_name_and_moves_nothing(ddb):
    ddb.clock.freeze()
    before = ddb.clock.now
    with pytest.raises(UsageError, match='unknown unit of time "day"; did you mean "days"'):
        ddb.clock.tick(day=1)
    assert ddb.clock.now == before


def test_a_clock_is_not_moved_after_the_end():
    with mock_dynamodb() as ddb:
        clock = ddb.clock
    real = time.time
    for move in (lambda: clock.tick(1), lambda: clock.move_to("2030-01-01"), clock.freeze):
        with pytest.raises(UsageError, match="not active"):
            move()
    assert time.time is real


def test_the_clock_of_an_outer_mock_waits_for_its_turn(ddb):
    with mock_dynamodb(), pytest.raises(UsageError, match="the last one has the clock"):
        ddb.clock.tick(1)


@freezegun.freeze_time("2020-01-01")
def test_a_test_that_is_frozen_in_the_past_sees_tables_made_just_now(ddb):
    put()
    assert ddb.streams["users"].last.at.year == 2020
    described = ddb.client().describe_table(TableName="users")["Table"]
    assert described["CreationDateTime"].year == 2020
    ddb.clock.tick(hours=1)
    assert ddb.clock.now.hour == 1
    ddb.client().restore_table_to_point_in_time(
        SourceTableName="users", TargetTableName="users-2", RestoreDateTime=datetime.datetime(2020, 1, 1, 0, 30)
    )
    assert "a" in ddb.table("users-2")


def test_retry_delays_pass_on_the_clock_and_not_on_the_wall(ddb):
    ddb.clock.freeze()
    before, started = ddb.clock.now, time.monotonic()
    config = boto3.session.Config(retries={"mode": "legacy", "max_attempts": 9})
    with ddb.faults.throttle("PutItem", times=8):
        ddb.client(config=config).put_item(TableName="users", Item={"pk": {"S": "a"}})
    assert ddb.clock.now > before
    assert time.monotonic() - started < 10
    ddb.clock.move_to("2040-01-01")
    assert ddb.clock.now == datetime.datetime(2040, 1, 1, tzinfo=datetime.timezone.utc)
