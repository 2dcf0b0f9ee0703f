"""A clock that is put back before what was made: everything looks made at the first moment of the new time."""

from __future__ import annotations

import datetime
import itertools

import freezegun
import pytest

from pytest_ddbmock import DDBMock, HandlerFailed, Insert, mock_dynamodb

UTC = datetime.timezone.utc
NEW_YEAR = datetime.datetime(2024, 1, 1, tzinfo=UTC)
DATA_STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/changes"
KEY = {"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}
TABLE = {**KEY, "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]}
ON_DEMAND = {"BillingMode": "PAY_PER_REQUEST"}


@pytest.fixture
def ddb():
    """An account with one of everything, made now."""
    with mock_dynamodb(region="us-east-1", account="123456789012") as ddb:
        fill(ddb)
        yield ddb


def fill(ddb):
    client = ddb.client()
    assert not list(ddb.s3["exports"])
    stream = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}}
    client.create_table(TableName="orders", **TABLE, **ON_DEMAND, **stream)
    client.put_item(TableName="orders", Item={"pk": {"S": "a"}, "expires": {"N": "4102444800"}})
    client.update_continuous_backups(
        TableName="orders", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    client.put_item(TableName="orders", Item={"pk": {"S": "b"}})
    client.update_time_to_live(
        TableName="orders", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
    )
    arn = client.describe_table(TableName="orders")["Table"]["TableArn"]
    client.tag_resource(ResourceArn=arn, Tags=[{"Key": "stage", "Value": "test"}])
    client.enable_kinesis_streaming_destination(TableName="orders", StreamArn=DATA_STREAM)
    client.create_backup(TableName="orders", BackupName="nightly")
    client.export_table_to_point_in_time(TableArn=arn, S3Bucket="exports")
    client.create_table(
        TableName="counters", **TABLE, ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    )
    for units in (5, 3):
        client.update_table(
            TableName="counters", ProvisionedThroughput={"ReadCapacityUnits": units, "WriteCapacityUnits": units}
        )
    client.create_table(TableName="gone", **TABLE, **ON_DEMAND, **stream)
    client.put_item(TableName="gone", Item={"pk": {"S": "a"}})
    client.delete_table(TableName="gone")
    client.restore_table_from_backup(
        TargetTableName="restored",
        BackupArn=client.list_backups()["BackupSummaries"][0]["BackupArn"],
    )


def everything_told(ddb):
    """All answers that tell moments."""
    client, streams = ddb.client(), ddb.client("dynamodbstreams")
    for name in client.list_tables()["TableNames"]:
        yield client.describe_table(TableName=name)
        yield client.describe_continuous_backups(TableName=name)
        yield client.describe_kinesis_streaming_destination(TableName=name)
    yield (backups := client.list_backups())
    for backup in backups["BackupSummaries"]:
        yield client.describe_backup(BackupArn=backup["BackupArn"])
    for export in client.list_exports()["ExportSummaries"]:
        yield client.describe_export(ExportArn=export["ExportArn"])
    yield client.list_imports()
    for stream in streams.list_streams()["Streams"]:
        yield (described := streams.describe_stream(StreamArn=stream["StreamArn"]))
        for shard in described["StreamDescription"]["Shards"]:
            yield records(streams, stream["StreamArn"], shard)


def records(streams, arn, shard, kind="TRIM_HORIZON", **options):
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType=kind, **options)
    return streams.get_records(ShardIterator=iterator["ShardIterator"])


def moments(answer):
    if isinstance(answer, datetime.datetime):
        yield answer
    elif isinstance(answer, dict | list):
        for part in answer.values() if isinstance(answer, dict) else answer:
            yield from moments(part)


def labels(answer):
    if isinstance(answer, dict):
        yield from (value for name, value in answer.items() if name.endswith("StreamLabel"))
    if isinstance(answer, dict | list):
        for part in answer.values() if isinstance(answer, dict) else answer:
            yield from labels(part)


@pytest.mark.parametrize("days", [0, 40])
def test_nothing_is_dated_later_than_the_time_that_the_test_sees(ddb, days):
    with freezegun.freeze_time("2024-01-01"):
        if days:
            ddb.clock.tick(days=days)
        told = list(everything_told(ddb))
        found = [moment for answer in told for moment in moments(answer)]
        assert len(found) > 10
        assert max(found) <= ddb.clock.now
        assert {moment.year for moment in found} == {2024}
        shown = [label for answer in told for label in labels(answer)]
        assert shown and all(label.startswith("2024-01-01T00:00:00.0") for label in shown)


def test_the_time_may_be_put_back_again_and_again(ddb):
    for year in (2024, 2020, 2010):
        with freezegun.freeze_time(f"{year}-01-01"):
            found = [moment for answer in everything_told(ddb) for moment in moments(answer)]
            assert {moment.year for moment in found} == {year}
    assert list(everything_told(ddb))


@freezegun.freeze_time("2024-01-01")
def test_a_table_can_be_backed_up_and_restored(ddb):
    client = ddb.client()
    described = client.describe_continuous_backups(TableName="orders")["ContinuousBackupsDescription"]
    assert described["ContinuousBackupsStatus"] == "ENABLED"
    recovery = described["PointInTimeRecoveryDescription"]
    assert recovery["EarliestRestorableDateTime"] == recovery["LatestRestorableDateTime"] == NEW_YEAR
    client.create_backup(TableName="orders", BackupName="another")
    ddb.clock.tick(minutes=10)
    client.restore_table_to_point_in_time(
        SourceTableName="orders", TargetTableName="orders-2", RestoreDateTime=NEW_YEAR
    )
    assert [item["pk"] for item in ddb.table("orders-2").items] == ["a", "b"]
    assert [item["pk"] for item in ddb.table("orders").at(NEW_YEAR).items] == ["a", "b"]


@freezegun.freeze_time("2024-01-01")
def test_changes_go_on_behind_those_that_were_there(ddb):
    ddb.client().delete_item(TableName="orders", Key={"pk": {"S": "b"}})
    assert ddb.streams["orders"].last.at == NEW_YEAR
    ddb.clock.tick(minutes=5)
    ddb.client().put_item(TableName="orders", Item={"pk": {"S": "c"}})
    assert [seen.at - NEW_YEAR for seen in ddb.streams["orders"].records][-2:] == [
        datetime.timedelta(0),
        datetime.timedelta(minutes=5),
    ]
    assert [item["pk"] for item in ddb.table("orders").at(NEW_YEAR).items] == ["a"]


@freezegun.freeze_time("2024-01-01")
def test_items_expire_in_the_new_time(ddb):
    expires = {"N": str(int(NEW_YEAR.timestamp()) + 3600)}
    ddb.client().put_item(TableName="orders", Item={"pk": {"S": "c"}, "expires": expires})
    ddb.clock.tick(minutes=59)
    assert "c" in ddb.table("orders")
    ddb.clock.tick(minutes=2)
    assert "c" not in ddb.table("orders")
    assert ddb.streams["orders"].last.by_ttl
    ddb.clock.move_to("2100-01-02")
    assert "a" not in ddb.table("orders")


@freezegun.freeze_time("2024-01-01")
def test_settings_can_be_changed_as_those_of_a_new_table(ddb):
    client = ddb.client()
    client.update_time_to_live(
        TableName="orders", TimeToLiveSpecification={"Enabled": False, "AttributeName": "expires"}
    )
    client.update_table(TableName="counters", BillingMode="PAY_PER_REQUEST")
    described = client.describe_table(TableName="counters")["Table"]
    assert described["BillingModeSummary"]["LastUpdateToPayPerRequestDateTime"] == NEW_YEAR


def test_the_old_arn_of_a_stream_and_its_iterators_still_work(ddb):
    streams = ddb.client("dynamodbstreams")
    arn = ddb.client().describe_table(TableName="orders")["Table"]["LatestStreamArn"]
    [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]
    before = streams.get_records(ShardIterator=iterator)["Records"]
    with freezegun.freeze_time("2024-01-01"):
        new = ddb.client().describe_table(TableName="orders")["Table"]["LatestStreamArn"]
        assert new.endswith("/stream/2024-01-01T00:00:00.000")
        assert streams.describe_stream(StreamArn=arn)["StreamDescription"]["StreamArn"] == new
        after = streams.get_records(ShardIterator=iterator)["Records"]
        assert [one["eventID"] for one in before] == [one["eventID"] for one in after]
        assert len(after) == len(before) == 2
        members = streams.meta.service_model.operation_model("GetShardIterator").input_shape.members
        if "Timestamp" in members:  # the oldest botocore does not know it
            assert len(records(streams, new, shard, "AT_TIMESTAMP", Timestamp=NEW_YEAR)["Records"]) == 2
    elsewhere = arn.replace(":us-east-1:", ":us-east-2:")
    with pytest.raises(streams.exceptions.ResourceNotFoundException):
        streams.describe_stream(StreamArn=elsewhere)


def test_streams_of_one_name_keep_labels_of_their_own():
    with mock_dynamodb() as ddb:
        client = ddb.client()
        for view in ("NEW_IMAGE", "OLD_IMAGE", "KEYS_ONLY"):
            stream = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": view}}
            if view == "NEW_IMAGE":
                client.create_table(TableName="orders", **TABLE, **ON_DEMAND, **stream)
                continue
            if view == "KEYS_ONLY":
                client.delete_table(TableName="orders")
                client.create_table(TableName="orders", **TABLE, **ON_DEMAND, **stream)
                continue
            client.update_table(TableName="orders", StreamSpecification={"StreamEnabled": False})
            client.update_table(TableName="orders", **stream)
        with freezegun.freeze_time("2024-01-01"):
            found = ddb.client("dynamodbstreams").list_streams()["Streams"]
            assert len({one["StreamLabel"] for one in found}) == 3


def test_the_stream_of_a_deleted_table_is_kept_for_a_day_of_the_new_time(ddb):
    streams = ddb.client("dynamodbstreams")
    with freezegun.freeze_time("2024-01-01"):
        assert len(streams.list_streams(TableName="gone")["Streams"]) == 1
        ddb.clock.tick(hours=25)
        assert streams.list_streams(TableName="gone")["Streams"] == []


def test_a_change_that_is_under_way_takes_as_long_as_ever():
    with mock_dynamodb(pace=30) as ddb:
        client = ddb.client()
        client.create_table(TableName="orders", **TABLE, **ON_DEMAND)
        with freezegun.freeze_time("2024-01-01"):
            assert client.describe_table(TableName="orders")["Table"]["TableStatus"] == "CREATING"
            ddb.clock.tick(29)
            assert client.describe_table(TableName="orders")["Table"]["TableStatus"] == "CREATING"
            ddb.clock.tick(1)
            assert client.describe_table(TableName="orders")["Table"]["TableStatus"] == "ACTIVE"


def test_a_backup_and_an_export_that_are_under_way_take_as_long_as_ever():
    with mock_dynamodb(pace=30, tables={"orders": {"key": "pk", "pitr": True}}) as ddb:
        client = ddb.client()
        assert not list(ddb.s3["exports"])
        arn = client.describe_table(TableName="orders")["Table"]["TableArn"]
        backup = client.create_backup(TableName="orders", BackupName="nightly")["BackupDetails"]["BackupArn"]
        export = client.export_table_to_point_in_time(TableArn=arn, S3Bucket="exports")["ExportDescription"]

        def statuses():
            return (
                client.describe_backup(BackupArn=backup)["BackupDescription"]["BackupDetails"]["BackupStatus"],
                client.describe_export(ExportArn=export["ExportArn"])["ExportDescription"]["ExportStatus"],
            )

        with freezegun.freeze_time("2024-01-01"):
            assert statuses() == ("CREATING", "IN_PROGRESS")
            ddb.clock.tick(29)
            assert statuses() == ("CREATING", "IN_PROGRESS")
            ddb.clock.tick(1)
            assert statuses() == ("AVAILABLE", "COMPLETED")
            ended = client.describe_export(ExportArn=export["ExportArn"])["ExportDescription"]
            assert (ended["StartTime"], ended["EndTime"]) == (NEW_YEAR, NEW_YEAR + datetime.timedelta(seconds=30))


def test_an_imported_table_looks_imported_at_the_first_moment():
    with mock_dynamodb() as ddb:
        client = ddb.client()
        ddb.s3["imports"]["items.json"] = b'{"Item": {"pk": {"S": "a"}}}'
        client.import_table(
            S3BucketSource={"S3Bucket": "imports"},
            InputFormat="DYNAMODB_JSON",
            TableCreationParameters={"TableName": "orders", **TABLE, **ON_DEMAND},
        )
        with freezegun.freeze_time("2024-01-01"):
            [summary] = client.list_imports()["ImportSummaryList"]
            assert (summary["StartTime"], summary["EndTime"]) == (NEW_YEAR, NEW_YEAR)
            assert (
                client.describe_import(ImportArn=summary["ImportArn"])["ImportTableDescription"]["EndTime"] == NEW_YEAR
            )


def test_a_token_is_remembered_for_ten_minutes_of_the_new_time(ddb):
    client = ddb.client()

    def transact():
        update = {"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
        client.transact_write_items(
            TransactItems=[{"Update": {"TableName": "counters", "Key": {"pk": {"S": "a"}}, **update}}],
            ClientRequestToken="token",
        )
        return ddb.table("counters")["a"]["n"]

    assert transact() == 1
    with freezegun.freeze_time("2024-01-01"):
        assert transact() == 1
        ddb.clock.tick(minutes=11)
        assert transact() == 2


def test_a_destination_that_was_disabled_is_listed_for_ten_minutes_of_the_new_time(ddb):
    client = ddb.client()
    client.disable_kinesis_streaming_destination(TableName="orders", StreamArn=DATA_STREAM)

    def listed():
        return client.describe_kinesis_streaming_destination(TableName="orders")["KinesisDataStreamDestinations"]

    with freezegun.freeze_time("2024-01-01"):
        assert len(listed()) == 1
        ddb.clock.tick(minutes=11)
        assert listed() == []


@pytest.mark.parametrize("options", [{}, {"batch_size": 10, "maximum_batching_window_in_seconds": 60}], ids=str)
def test_functions_get_what_was_written_before(ddb, options):
    got = []
    ddb.streams["orders"].connect(got.append, starting_position="TRIM_HORIZON", **options)
    with freezegun.freeze_time("2024-01-01"):
        ddb.streams.drain()
        times = [record["dynamodb"]["ApproximateCreationDateTime"] for event in got for record in event["Records"]]
        assert times == [NEW_YEAR.timestamp()] * 2
        assert ddb.clock.now - NEW_YEAR <= datetime.timedelta(minutes=1)


def test_a_batch_that_waits_for_its_next_attempt_does_not_wait_for_years(ddb):
    calls = itertools.count()
    got = []

    def handler(event):
        if not next(calls):
            raise RuntimeError("not yet")
        got.append(event)

    ddb.streams["orders"].connect(handler, eager=True)
    ddb.client().put_item(TableName="orders", Item={"pk": {"S": "c"}})
    assert got == []
    with pytest.raises(HandlerFailed):
        ddb.clock.tick()
    with freezegun.freeze_time("2024-01-01"):
        ddb.streams.drain()
        assert len(got) == 1
        assert ddb.clock.now - NEW_YEAR < datetime.timedelta(hours=1)


def test_a_snapshot_of_another_time_is_put_back_too(ddb):
    snapshot = ddb.snapshot()
    with freezegun.freeze_time("2024-01-01"):
        ddb.client().put_item(TableName="orders", Item={"pk": {"S": "c"}})
        ddb.restore(snapshot)
        found = [moment for answer in everything_told(ddb) for moment in moments(answer)]
        assert max(found) <= NEW_YEAR
        assert "c" not in ddb.table("orders")


def test_a_table_whose_items_were_written_before_and_after_is_rolled_back():
    with mock_dynamodb(tables={"users": {"key": "pk", "stream": True}, "idle": "pk"}) as outer:
        outer.table("users").load([{"pk": "a"}])
        outer.client().put_item(TableName="users", Item={"pk": {"S": "b"}})
        for year in (2024, 2023):
            with DDBMock.joining(outer) as inner, freezegun.freeze_time(f"{year}-01-01"):
                inner.client().put_item(TableName="users", Item={"pk": {"S": "c"}})
                inner.client().put_item(TableName="idle", Item={"pk": {"S": "c"}})
                assert inner.streams["users"].last == Insert({"pk": "c"})
                assert inner.streams["users"].last.at.year == year
            assert [item["pk"] for item in outer.table("users").items] == ["a", "b"]
            assert outer.table("idle").items == []
            described = outer.client().describe_table(TableName="users")["Table"]
            assert described["CreationDateTime"].year > 2024
