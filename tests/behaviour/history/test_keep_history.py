"""`keep_history=False`: what nobody needs is forgotten, and nobody who needs it notices."""

from __future__ import annotations

import datetime
import gzip
import json
import urllib.request

import pytest
from botocore.exceptions import ClientError

from pytest_ddbmock import Insert, UsageError, mock_dynamodb
from pytest_ddbmock.testkit import command
from tests.support.models import needs

knows_periods = needs("dynamodb", "UpdateContinuousBackups", "PointInTimeRecoverySpecification.RecoveryPeriodInDays")


@pytest.fixture
def mock():
    """A table `orders` with a stream and one `plain`; time stands still."""
    with mock_dynamodb(keep_history=False) as mock:
        mock.clock.freeze()
        mock.create_table("plain", "pk")
        mock.create_table("orders", "pk", stream="NEW_IMAGE")
        yield mock


@pytest.fixture
def client(mock):
    return mock.client()


def put(client, *keys, table="orders"):
    for key in keys:
        client.put_item(TableName=table, Item={"pk": {"S": key}})


def look(client):
    """Calls during which something could be forgotten."""
    for _ in range(3):
        client.list_tables()


def recover(client, days):
    specification = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days}
    client.update_continuous_backups(TableName="plain", PointInTimeRecoverySpecification=specification)


def restored(mock, client, moment):
    client.restore_table_to_point_in_time(SourceTableName="plain", TargetTableName="copy", RestoreDateTime=moment)
    keys = [item["pk"] for item in mock.table("copy").items]
    client.delete_table(TableName="copy")
    return keys


def test_a_table_as_it_was_is_refused_where_the_history_begins_later(mock, client):
    before = mock.clock.now
    mock.clock.tick(hours=1)
    put(client, "a", table="plain")
    changed = mock.clock.now
    mock.clock.tick(hours=2)
    look(client)
    assert mock.table("plain").at(changed).items == [{"pk": "a"}]
    with pytest.raises(UsageError, match=f'history of table "plain" begins at {changed:%Y-%m-%dT%H:%M:%S}'):
        mock.table("plain").at(before)


def test_the_option_is_off_unless_asked_for(ddbmock):
    ddbmock.create_table("plain", "pk")
    before = ddbmock.clock.now
    ddbmock.clock.tick(hours=1)
    put(ddbmock.client(), "a", table="plain")
    ddbmock.clock.tick(days=400)
    look(ddbmock.client())
    assert ddbmock.table("plain").at(before).items == []


def test_a_reader_finds_the_records_of_a_day_and_is_told_of_those_it_has_missed(mock, client):
    streams = mock.client("dynamodbstreams")
    [stream] = streams.list_streams()["Streams"]
    [shard] = streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"]

    def iterator(kind, **more):
        place = {"StreamArn": stream["StreamArn"], "ShardId": shard["ShardId"]}
        return streams.get_shard_iterator(**place, ShardIteratorType=kind, **more)["ShardIterator"]

    put(client, "a", "b")
    mock.clock.tick(hours=23, minutes=59)
    put(client, "c")
    look(client)
    early = iterator("TRIM_HORIZON")
    first, *_ = streams.get_records(ShardIterator=early)["Records"]
    mock.clock.tick(minutes=14)
    look(client)
    with pytest.raises(ClientError, match="TrimmedDataAccessException"):
        streams.get_records(ShardIterator=early)
    mock.clock.tick(minutes=10)
    look(client)
    with pytest.raises(ClientError, match="TrimmedDataAccessException"):
        iterator("AFTER_SEQUENCE_NUMBER", SequenceNumber=first["dynamodb"]["SequenceNumber"])
    records = streams.get_records(ShardIterator=iterator("TRIM_HORIZON"))["Records"]
    assert [record["dynamodb"]["Keys"]["pk"]["S"] for record in records] == ["c"]


@knows_periods
def test_recovery_reaches_back_to_the_beginning_of_its_window(mock, client):
    recover(client, 1)
    put(client, "a", table="plain")
    mock.clock.tick(days=3)
    put(client, "b", table="plain")
    mock.clock.tick(seconds=1)
    between = mock.clock.now
    mock.clock.tick(seconds=1)
    put(client, "c", table="plain")
    mock.clock.move_to(between + datetime.timedelta(days=1))
    look(client)
    assert restored(mock, client, between) == ["a", "b"]
    assert restored(mock, client, between + datetime.timedelta(seconds=1)) == ["a", "b", "c"]
    with pytest.raises(ClientError, match="InvalidRestoreTimeException"):
        restored(mock, client, between - datetime.timedelta(seconds=1))


@knows_periods
def test_an_incremental_export_shows_the_second_in_which_the_window_begins(mock, client):
    recover(client, 1)
    mock.clock.move_to("2027-06-01T00:00:00.2")
    put(client, "a", table="plain")
    mock.clock.tick(seconds=0.5, days=1)
    look(client)
    mock.s3["exports"]["the-bucket-is-there"] = b""
    start = datetime.datetime(2027, 6, 1, tzinfo=datetime.timezone.utc)
    client.export_table_to_point_in_time(
        TableArn=client.describe_table(TableName="plain")["Table"]["TableArn"],
        S3Bucket="exports",
        ExportType="INCREMENTAL_EXPORT",
        IncrementalExportSpecification={"ExportFromTime": start, "ExportToTime": start + datetime.timedelta(hours=1)},
    )
    files = [gzip.decompress(mock.s3["exports"][key]) for key in mock.s3["exports"] if key.endswith(".gz")]
    [record] = [json.loads(file) for file in files if file]
    assert record["NewImage"] == {"pk": {"S": "a"}}


def test_a_function_that_was_not_called_for_days_gets_everything(mock, client):
    events = []
    mock.streams["orders"].connect(lambda event, context: events.extend(event["Records"]), batch_size=10)
    put(client, *"abc")
    mock.clock.tick(days=3)
    look(client)
    put(client, *"de")
    mock.streams.drain()
    assert [event["dynamodb"]["Keys"]["pk"]["S"] for event in events] == list("abcde")


def test_a_data_stream_gets_everything(mock, client):
    arn = f"arn:aws:kinesis:{mock.region}:{mock.account}:stream/changes"
    client.enable_kinesis_streaming_destination(TableName="orders", StreamArn=arn)
    put(client, *"ab")
    mock.clock.tick(days=3)
    look(client)
    put(client, "c")
    assert len(mock.kinesis[arn].records) == 3


def test_a_watch_sees_everything(mock, client):
    with mock.streams["orders"].watch() as seen:
        put(client, *"ab")
        mock.clock.tick(days=3)
        look(client)
        put(client, "c")
    look(client)
    assert seen == [Insert({"pk": key}) for key in "abc"]


def test_records_that_are_not_kept_are_not_told_as_if_they_were_all(mock, client):
    put(client, "a")
    assert mock.streams["orders"].records == [Insert({"pk": "a"})]
    mock.clock.tick(days=3)
    look(client)
    with pytest.raises(UsageError, match="keep_history=False"):
        mock.streams["orders"].records  # noqa: B018


def test_a_snapshot_is_restored_whole_and_so_is_what_functions_have_not_read(mock, client):
    events = []
    mock.streams["orders"].connect(lambda event, context: events.extend(event["Records"]))
    put(client, "a")
    snapshot = mock.snapshot()
    put(client, "b")
    client.delete_item(TableName="orders", Key={"pk": {"S": "a"}})
    mock.streams.drain()
    mock.clock.tick(days=3)
    look(client)
    events.clear()
    mock.restore(snapshot)
    assert mock.table("orders").items == [{"pk": "a"}]
    mock.streams.drain()
    assert [event["dynamodb"]["Keys"]["pk"]["S"] for event in events] == ["a"]


def test_the_clock_does_not_go_back_behind_what_was_forgotten(mock, client):
    before = mock.clock.now
    mock.clock.tick(hours=1)
    put(client, "a", table="plain")
    mock.clock.tick(hours=1)
    look(client)
    with pytest.raises(UsageError):
        mock.clock.move_to(before)


def test_a_server_with_control_goes_back_to_its_start(mock, client):
    put(client, "a", table="plain")
    with mock.serve(control=True) as server:
        put(client, "b", table="plain")
        mock.clock.tick(days=3)
        look(client)
        urllib.request.urlopen(urllib.request.Request(f"{server.url}/_ddbmock/reset", method="POST")).close()
        assert mock.table("plain").items == [{"pk": "a"}]


@pytest.mark.parametrize("given, wanted", [([], False), (["--keep-history", "yes"], True)])
def test_the_command_keeps_no_more_than_is_needed_unless_told(given, wanted, monkeypatch):
    made = []
    monkeypatch.setattr(command, "DDBMock", lambda options: made.append(options) or mock_dynamodb(options))
    monkeypatch.setattr(command, "_until_told_to_stop", lambda ready: None)
    command.main(["serve", "--port", "0", *given])
    assert [options.keep_history for options in made] == [wanted]
