from __future__ import annotations

from unittest.mock import ANY

import pytest

from pytest_ddbmock import Insert, Modify, Remove, UsageError, mock_dynamodb


@pytest.fixture
def ddb():
    with mock_dynamodb(tables={"orders": {"key": "pk", "stream": "KEYS_ONLY"}, "silent": "pk"}) as mock:
        yield mock


@pytest.fixture
def orders(ddb):
    return ddb.resource().Table("orders")


def test_records_tell_what_was_changed_in_order(ddb, orders):
    orders.put_item(Item={"pk": "a", "status": "NEW"})
    orders.put_item(Item={"pk": "a", "status": "NEW"})
    orders.put_item(Item={"pk": "a", "status": "PAID"})
    orders.delete_item(Key={"pk": "a"})
    stream = ddb.streams["orders"]
    assert stream.records == [
        Insert({"pk": "a", "status": "NEW"}),
        Modify({"pk": "a", "status": "NEW"}, {"pk": "a", "status": "PAID"}),
        Remove({"pk": "a", "status": "PAID"}),
    ]
    assert stream.last == Remove(status="PAID")


def test_a_watch_sees_what_happens_inside_it(ddb, orders):
    orders.put_item(Item={"pk": "before"})
    with ddb.streams["orders"].watch() as seen:
        assert seen == []
        orders.put_item(Item={"pk": "a", "status": "NEW", "at": 1})
        assert len(seen) == 1
    orders.put_item(Item={"pk": "after"})
    assert seen == [Insert({"pk": "a", "status": "NEW", "at": ANY})]
    assert seen[0].new["status"] == "NEW"
    seen.assert_only(Insert(status="NEW"))


def test_a_watch_keeps_what_it_saw_when_the_table_is_rolled_back(ddb, orders):
    snapshot = ddb.snapshot()
    with ddb.streams["orders"].watch() as seen:
        orders.put_item(Item={"pk": "a"})
    ddb.restore(snapshot)
    assert seen == [Insert(pk="a")]
    assert ddb.streams["orders"].records == []


def test_records_are_those_of_the_current_stream(ddb, orders):
    orders.put_item(Item={"pk": "a"})
    client = ddb.client()
    client.update_table(TableName="orders", StreamSpecification={"StreamEnabled": False})
    with pytest.raises(UsageError, match="no enabled stream"):
        ddb.streams["orders"]
    ddb.clock.tick(days=1)
    client.update_table(TableName="orders", StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
    assert ddb.streams["orders"].records == []
    orders.put_item(Item={"pk": "b"})
    assert ddb.streams["orders"].records == [Insert(pk="b")]


def test_a_table_without_a_stream_is_refused_with_advice(ddb):
    with pytest.raises(UsageError, match='"silent" has no enabled stream: create it with stream='):
        ddb.streams["silent"]


def test_an_unknown_table_is_refused_with_the_nearest_name(ddb):
    with pytest.raises(UsageError, match='did you mean "orders"'):
        ddb.streams["order"]


def test_there_is_no_last_record_before_the_first(ddb):
    with pytest.raises(UsageError, match="no records yet"):
        ddb.streams["orders"].last  # noqa: B018
