"""EnableKinesisStreamingDestination and its three siblings: statuses, precision, errors."""

from __future__ import annotations

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from pytest_ddbmock import mock_dynamodb

STATE = "ValidationException: Table is not in a valid state to enable Kinesis Streaming Destination: "
MILLISECOND = {"ApproximateCreationDateTimePrecision": "MILLISECOND"}
MICROSECOND = {"ApproximateCreationDateTimePrecision": "MICROSECOND"}


def arn(name="changes", region="us-east-1", account="123456789012"):
    return f"arn:aws:kinesis:{region}:{account}:stream/{name}"


class Destination:
    """Calls for one table."""

    def __init__(self, client, table="orders"):
        self.client = client
        self.table = table

    def __getattr__(self, verb):
        method = getattr(self.client, f"{verb}_kinesis_streaming_destination")

        def call(name="changes", **more):
            answer = method(TableName=self.table, StreamArn=arn(name) if "arn:" not in name else name, **more)
            answer.pop("ResponseMetadata")
            return answer

        return call

    def listed(self):
        answer = self.client.describe_kinesis_streaming_destination(TableName=self.table)
        assert answer["TableName"] == self.table
        return answer["KinesisDataStreamDestinations"]

    def refused(self, verb, name="changes", **more):
        before = self.listed()
        with pytest.raises(ClientError) as caught:
            getattr(self, verb)(name, **more)
        assert self.listed() == before
        error = caught.value.response["Error"]
        return f"{error['Code']}: {error['Message']}"


@pytest.fixture
def ddb():
    with mock_dynamodb(region="us-east-1", pace=30, tables={"orders": "pk"}) as ddb:
        ddb.clock.freeze()
        yield ddb


@pytest.fixture
def destination(ddb):
    config = Config(parameter_validation=False)
    return Destination(boto3.client("dynamodb", region_name="us-east-1", config=config))


def test_a_destination_is_enabled_and_disabled(ddb, destination):
    assert destination.listed() == []
    assert destination.enable() == {
        "TableName": "orders",
        "StreamArn": arn(),
        "DestinationStatus": "ENABLING",
        "EnableKinesisStreamingConfiguration": {},
    }
    assert destination.listed() == [{"StreamArn": arn(), "DestinationStatus": "ENABLING"}]
    ddb.clock.tick(seconds=30)
    assert destination.listed() == [{"StreamArn": arn(), "DestinationStatus": "ACTIVE"}]
    assert destination.disable() == {
        "TableName": "orders",
        "StreamArn": arn(),
        "DestinationStatus": "DISABLING",
        "EnableKinesisStreamingConfiguration": {},
    }
    ddb.clock.tick(seconds=30)
    assert destination.listed() == [{"StreamArn": arn(), "DestinationStatus": "DISABLED"}]
    ddb.clock.tick(minutes=10)
    assert destination.listed() == []


def test_the_table_stays_active(ddb, destination):
    destination.enable()
    assert destination.client.describe_table(TableName="orders")["Table"]["TableStatus"] == "ACTIVE"


def test_the_precision_is_shown_unless_it_is_the_default(ddb, destination):
    answer = destination.enable(EnableKinesisStreamingConfiguration=MICROSECOND)
    assert answer["EnableKinesisStreamingConfiguration"] == MICROSECOND
    ddb.clock.tick(seconds=30)
    assert destination.listed() == [{"StreamArn": arn(), "DestinationStatus": "ACTIVE", **MICROSECOND}]
    answer = destination.update(UpdateKinesisStreamingConfiguration=MILLISECOND)
    assert answer == {
        "TableName": "orders",
        "StreamArn": arn(),
        "DestinationStatus": "UPDATING",
        "UpdateKinesisStreamingConfiguration": MILLISECOND,
    }
    assert destination.listed() == [{"StreamArn": arn(), "DestinationStatus": "UPDATING", **MICROSECOND}]
    ddb.clock.tick(seconds=30)
    assert destination.listed() == [{"StreamArn": arn(), "DestinationStatus": "ACTIVE"}]


@pytest.mark.parametrize("configuration", [{}, MILLISECOND, MICROSECOND], ids=str)
def test_the_answer_to_enabling_has_the_configuration_as_it_was_sent(ddb, destination, configuration):
    answer = destination.enable(EnableKinesisStreamingConfiguration=configuration)
    assert answer["EnableKinesisStreamingConfiguration"] == configuration
    ddb.clock.tick(seconds=30)
    shown = MICROSECOND if configuration == MICROSECOND else {}
    assert destination.listed() == [{"StreamArn": arn(), "DestinationStatus": "ACTIVE", **shown}]


def test_a_destination_can_be_enabled_again_and_another_one_after_it(ddb, destination):
    for name in ("changes", "changes", "others"):
        destination.enable(name)
        ddb.clock.tick(seconds=30)
        destination.disable(name)
        ddb.clock.tick(seconds=30)
    assert [one["StreamArn"] for one in destination.listed()] == [arn(), arn("others")]


@pytest.mark.parametrize(
    "wrong",
    [
        arn(region="eu-west-1"),
        arn(account="111122223333"),
        arn().replace("arn:aws:", "arn:aws-cn:"),
        arn().replace(":stream/", ":consumer/"),
        "arn:aws:sqs:us-east-1:123456789012:some-long-queue",
        "arn:" + "x" * 40,
    ],
)
def test_a_wrong_data_stream_makes_enabling_fail_later(ddb, destination, wrong):
    assert destination.enable(wrong)["DestinationStatus"] == "ENABLING"
    ddb.clock.tick(seconds=30)
    [listed] = destination.listed()
    assert listed.pop("DestinationStatusDescription")
    assert listed == {"StreamArn": wrong, "DestinationStatus": "ENABLE_FAILED"}
    assert destination.enable()["DestinationStatus"] == "ENABLING"


def test_only_one_destination_is_enabled_at_a_time(ddb, destination):
    refusal = f"{STATE}EnableKinesisStreamingDestination must be DISABLED or ENABLE_FAILED to perform ENABLE operation."
    destination.enable()
    assert destination.refused("enable") == refusal
    ddb.clock.tick(seconds=30)
    assert destination.refused("enable") == refusal
    assert destination.refused("enable", "others") == refusal
    destination.disable()
    assert destination.refused("enable") == refusal


@pytest.mark.parametrize("name", ["changes", "x" * 30])
def test_what_is_not_active_cannot_be_disabled(ddb, destination, name):
    refusal = f"{STATE}KinesisStreamingDestination must be ACTIVE to perform DISABLE operation."
    assert destination.refused("disable", name) == refusal
    destination.enable()
    assert destination.refused("disable", name) == refusal


def test_a_configuration_does_not_go_with_disabling(ddb, destination):
    assert destination.refused("disable", EnableKinesisStreamingConfiguration=MICROSECOND) == (
        "ValidationException: Stream cannot be disabled using EnableKinesisStreamingConfiguration parameters"
    )


@pytest.mark.parametrize("more", [{}, {"UpdateKinesisStreamingConfiguration": {}}], ids=["none", "empty"])
def test_an_update_needs_a_precision(ddb, destination, more):
    assert destination.refused("update", **more) == (
        "ValidationException: Streaming destination cannot be updated with given parameters: "
        "UpdateKinesisStreamingConfiguration cannot be null or contain only null values"
    )


def test_an_update_needs_a_destination_that_is_active_and_another_precision(ddb, destination):
    wanted = {"UpdateKinesisStreamingConfiguration": MILLISECOND}
    assert destination.refused("update", **wanted) == (
        f"{STATE}No streaming destination with streamArn: {arn()} found for table with tableName: orders"
    )
    destination.enable()
    assert destination.refused("update", **wanted) == (
        f"{STATE}Kinesis streaming is not in ACTIVE state. Updates are only allowed in ACTIVE state. "
        f"TableName: orders, kdsArn: {arn()}"
    )
    ddb.clock.tick(seconds=30)
    table_id = destination.client.describe_table(TableName="orders")["Table"]["TableId"]
    assert destination.refused("update", **wanted) == (
        "ValidationException: Invalid Request: Precision is already set to the desired value of MILLISECOND "
        f"for tableId: {table_id}, kdsArn: {arn()}"
    )


@pytest.mark.parametrize("verb", ["enable", "update", "disable"])
def test_a_precision_is_one_of_two(ddb, destination, verb):
    member = "UpdateKinesisStreamingConfiguration" if verb == "update" else "EnableKinesisStreamingConfiguration"
    wanted = {member: {"ApproximateCreationDateTimePrecision": "X"}}
    assert destination.refused(verb, **wanted) == (
        f"ValidationException: 1 validation error detected: Value 'X' at '{member[0].lower()}{member[1:]}."
        "approximateCreationDateTimePrecision' failed to satisfy constraint: "
        "Member must satisfy enum value set: [MILLISECOND, MICROSECOND]"
    )


@pytest.mark.parametrize("verb", ["enable", "update", "disable"])
def test_the_arn_of_a_data_stream_is_not_short(ddb, destination, verb):
    more = {"UpdateKinesisStreamingConfiguration": MICROSECOND} if verb == "update" else {}
    assert destination.refused(verb, "arn:x", **more) == (
        "ValidationException: 1 validation error detected: Value 'arn:x' at 'streamArn' failed to satisfy constraint: "
        "Member must have length greater than or equal to 37"
    )


@pytest.mark.parametrize("verb", ["enable", "disable", "update"])
def test_an_unknown_table_is_named(ddb, destination, verb):
    more = {"UpdateKinesisStreamingConfiguration": MICROSECOND} if verb == "update" else {}
    with pytest.raises(ClientError, match="Requested resource not found: Table: nothing not found"):
        getattr(Destination(destination.client, "nothing"), verb)(**more)
    with pytest.raises(ClientError, match="Requested resource not found: Table: nothing not found"):
        Destination(destination.client, "nothing").listed()


def test_a_destination_is_rolled_back_with_the_account(ddb, destination):
    snapshot = ddb.snapshot()
    destination.enable()
    ddb.clock.tick(seconds=30)
    ddb.restore(snapshot)
    assert destination.listed() == []


def test_a_restored_table_streams_nowhere(ddb):
    ddb.create_table("kept", "pk", pitr=True)
    kept = Destination(boto3.client("dynamodb", region_name="us-east-1"), "kept")
    kept.enable()
    ddb.clock.tick(hours=1)
    kept.client.restore_table_to_point_in_time(
        SourceTableName="kept", TargetTableName="again", UseLatestRestorableTime=True
    )
    ddb.clock.tick(minutes=1)
    assert Destination(kept.client, "again").listed() == []
