# ruff: noqa: E501  (a text of AWS is easier to find on one line)
"""UpdateTimeToLive and DescribeTimeToLive."""

from __future__ import annotations

import pytest

VIOLATED = "ValidationException: 1 validation error detected: "
TOO_SOON = "ValidationException: Time to live has been modified multiple times within a fixed interval"
OTHER = "ValidationException: TimeToLive is active on a different AttributeName: current AttributeName is expires"


@pytest.fixture(autouse=True)
def sessions(client, ddbmock_clock):
    client.create_table(
        TableName="sessions",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )


def setting(enabled, attribute="expires", table="sessions"):
    return {"TableName": table, "TimeToLiveSpecification": {"Enabled": enabled, "AttributeName": attribute}}


def described(client):
    return client.describe_time_to_live(TableName="sessions")["TimeToLiveDescription"]


def test_it_is_off_until_it_is_switched_on(client):
    assert described(client) == {"TimeToLiveStatus": "DISABLED"}
    answer = client.update_time_to_live(**setting(True))
    assert answer["TimeToLiveSpecification"] == {"Enabled": True, "AttributeName": "expires"}
    assert described(client) == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}


def test_it_is_switched_off_an_hour_later_at_the_earliest(client, refused, ddbmock_clock):
    client.update_time_to_live(**setting(True))
    assert refused("update_time_to_live", **setting(False)) == TOO_SOON
    ddbmock_clock.tick(minutes=59)
    assert refused("update_time_to_live", **setting(False)) == TOO_SOON
    ddbmock_clock.tick(minutes=1)
    client.update_time_to_live(**setting(False))
    assert described(client) == {"TimeToLiveStatus": "DISABLED"}
    assert refused("update_time_to_live", **setting(True)) == TOO_SOON
    ddbmock_clock.tick(hours=1)
    client.update_time_to_live(**setting(True, "other"))
    assert described(client)["AttributeName"] == "other"


def test_a_refusal_does_not_start_the_hour_anew(client, refused, ddbmock_clock):
    client.update_time_to_live(**setting(True))
    ddbmock_clock.tick(minutes=59)
    refused("update_time_to_live", **setting(False))
    ddbmock_clock.tick(minutes=1)
    client.update_time_to_live(**setting(False))


def test_the_content_is_looked_at_before_the_hour(client, refused):
    already = "ValidationException: TimeToLive is already"
    assert refused("update_time_to_live", **setting(False)) == f"{already} disabled"
    client.update_time_to_live(**setting(True))
    assert refused("update_time_to_live", **setting(True)) == f"{already} enabled"
    assert refused("update_time_to_live", **setting(True, "other")) == OTHER
    assert refused("update_time_to_live", **setting(False, "other")) == OTHER


BAD = [
    ({"TableName": "sessions"}, f"{VIOLATED}Value null at 'timeToLiveSpecification' failed to satisfy constraint: Member must not be null"),
    (
        {"TableName": "sessions", "TimeToLiveSpecification": {"AttributeName": "expires"}},
        f"{VIOLATED}Value null at 'timeToLiveSpecification.enabled' failed to satisfy constraint: Member must not be null",
    ),
    (setting(True, ""), f"{VIOLATED}Value '' at 'timeToLiveSpecification.attributeName' failed to satisfy constraint: Member must have length greater than or equal to 1"),
    (setting(True, table="ghost"), "ResourceNotFoundException: Requested resource not found: Table: ghost not found"),
]  # fmt: skip


@pytest.mark.parametrize("params, message", BAD)
def test_bad_settings_are_refused(client, refused, params, message):
    assert refused("update_time_to_live", **params) == message
    assert described(client) == {"TimeToLiveStatus": "DISABLED"}


def test_an_unknown_table_has_no_setting(refused):
    message = "ResourceNotFoundException: Requested resource not found: Table: ghost not found"
    assert refused("describe_time_to_live", TableName="ghost") == message


def test_it_may_be_the_partition_key(client):
    client.update_time_to_live(**setting(True, "pk"))
    assert described(client)["AttributeName"] == "pk"


@pytest.mark.ddbmock(pace=5)
def test_a_table_that_comes_or_goes_has_none(client, refused, ddbmock_clock):
    unready = (
        "ValidationException: Cannot describe time to live while table is in {0} state: Current table state is {0}"
    )
    in_use = (
        "ResourceInUseException: Attempt to change a resource which is still in use: Table sessions is being created"
    )
    assert refused("update_time_to_live", **setting(True)) == in_use
    assert refused("describe_time_to_live", TableName="sessions") == unready.format("CREATING")
    ddbmock_clock.tick(seconds=5)
    client.update_time_to_live(**setting(True))
    client.delete_table(TableName="sessions")
    assert refused("describe_time_to_live", TableName="sessions") == unready.format("DELETING")
    assert refused("update_time_to_live", **setting(False)).startswith("ResourceInUseException")
