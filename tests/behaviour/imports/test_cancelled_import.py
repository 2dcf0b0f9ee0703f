"""Imports that DynamoDB cancels by itself: their source or their table is disturbed while they are under way."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.ddbmock(pace=100)


@pytest.fixture
def under_way(bucket, client, params, ddbmock):
    """An import of two objects, which have just been read."""
    ddbmock.clock.freeze()
    ddbmock.clock.move_to("2030-01-01")
    for key in "ab":
        bucket[f"in/{key}"] = json.dumps({"Item": {"pk": {"S": key}}}) + "\n"
    arn = client.import_table(**params("in/", ClientToken="t"))["ImportTableDescription"]["ImportArn"]
    ddbmock.clock.tick(seconds=50)

    def describe():
        return client.describe_import(ImportArn=arn)["ImportTableDescription"]

    assert describe()["ImportStatus"] == "IN_PROGRESS"
    return describe


def modify(bucket):
    bucket["in/b"] = json.dumps({"Item": {"pk": {"S": "other"}}}) + "\n"


def remove(bucket):
    del bucket["in/a"]


def revoke(bucket):
    bucket.deny_access()


@pytest.mark.parametrize("disturb", [modify, remove, revoke])
def test_an_import_whose_source_is_disturbed_is_cancelled(under_way, bucket, client, ddbmock, disturb):
    disturb(bucket)
    ddbmock.clock.tick(seconds=49)
    assert under_way()["ImportStatus"] == "IN_PROGRESS"
    ddbmock.clock.tick(seconds=1)
    cancelling = under_way()
    assert cancelling["ImportStatus"] == "CANCELLING"
    assert "EndTime" not in cancelling
    assert client.list_imports()["ImportSummaryList"][0]["ImportStatus"] == "CANCELLING"
    ddbmock.clock.tick(seconds=50)
    cancelled = under_way()
    assert cancelled["ImportStatus"] == "CANCELLED"
    assert cancelled["EndTime"] == ddbmock.clock.now
    assert (cancelled["ProcessedItemCount"], cancelled["ImportedItemCount"]) == (2, 2)
    assert "FailureCode" not in cancelled
    assert ddbmock.table("target").items == [{"pk": "a"}, {"pk": "b"}]


def test_an_import_whose_table_is_deleted_is_cancelled(under_way, client, ddbmock):
    ddbmock.clock.tick(seconds=40)
    assert under_way()["ImportStatus"] == "IN_PROGRESS"
    client.delete_table(TableName="target")
    ddbmock.clock.tick(seconds=10)
    assert under_way()["ImportStatus"] == "CANCELLING"
    ddbmock.clock.tick(seconds=100)
    assert under_way()["ImportStatus"] == "CANCELLED"
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.describe_table(TableName="target")


def test_a_table_that_is_being_imported_cannot_be_deleted_yet(under_way, client):
    with pytest.raises(client.exceptions.ResourceInUseException):
        client.delete_table(TableName="target")


def test_the_table_is_there_with_its_items_shortly_before_the_import_has_ended(under_way, client, ddbmock):
    ddbmock.clock.tick(seconds=40)
    assert client.describe_table(TableName="target")["Table"]["TableStatus"] == "ACTIVE"
    assert len(ddbmock.table("target")) == 2
    assert under_way()["ImportStatus"] == "IN_PROGRESS"
    ddbmock.clock.tick(seconds=10)
    assert under_way()["ImportStatus"] == "COMPLETED"


def test_objects_that_come_below_the_prefix_meanwhile_are_none_of_the_imports(under_way, bucket, ddbmock):
    bucket["in/c"] = json.dumps({"Item": {"pk": {"S": "c"}}}) + "\n"
    ddbmock.clock.tick(seconds=50)
    assert under_way()["ImportStatus"] == "COMPLETED"
    assert len(ddbmock.table("target")) == 2


def test_a_token_gives_the_import_that_is_being_cancelled(under_way, bucket, client, params, ddbmock):
    modify(bucket)
    ddbmock.clock.tick(seconds=50)
    again = client.import_table(**params("in/", ClientToken="t"))["ImportTableDescription"]
    assert (again["ImportArn"], again["ImportStatus"]) == (under_way()["ImportArn"], "CANCELLING")


def test_a_restored_snapshot_takes_a_cancellation_back(under_way, bucket, ddbmock):
    snapshot = ddbmock.snapshot()
    before = bucket["in/b"]
    modify(bucket)
    ddbmock.clock.tick(seconds=50)
    assert under_way()["ImportStatus"] == "CANCELLING"
    bucket["in/b"] = before
    ddbmock.restore(snapshot)
    assert under_way()["ImportStatus"] == "COMPLETED"
