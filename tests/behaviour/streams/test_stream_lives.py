"""Streams from enabling to a day after their end; which streams there are, and how they are described."""

from __future__ import annotations

import boto3
import pytest

from pytest_ddbmock.engine.caller import Home
from tests.support.accounts import Account
from tests.support.models import needs

RE_ARN = "arn:aws:dynamodb:{region}:123456789012:table/orders/stream/{label}"


def test_a_stream_is_described(reader, ddbmock):
    described = reader.describe()
    [shard] = described.pop("Shards")
    created = described.pop("CreationRequestDateTime")
    label = described["StreamLabel"]
    assert described == {
        "StreamArn": RE_ARN.format(region=ddbmock.region, label=label),
        "StreamLabel": label,
        "StreamStatus": "ENABLED",
        "StreamViewType": "NEW_AND_OLD_IMAGES",
        "TableName": "orders",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    }
    assert label == created.strftime("%Y-%m-%dT%H:%M:%S.") + f"{created.microsecond // 1000:03d}"
    assert shard.keys() == {"ShardId", "SequenceNumberRange"}
    assert 28 <= len(shard["ShardId"]) <= 65
    assert shard["ShardId"].startswith("shardId-0000000")
    assert shard["SequenceNumberRange"].keys() == {"StartingSequenceNumber"}


def test_records_lie_in_the_number_range_of_their_shard(reader):
    reader.put("a", "b")
    numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in reader.records()]
    reader.switch(None)
    described = reader.describe()
    assert described["StreamStatus"] == "DISABLED"
    bounds = described["Shards"][0]["SequenceNumberRange"]
    assert int(bounds["StartingSequenceNumber"]) <= numbers[0] < numbers[1] == int(bounds["EndingSequenceNumber"])


def test_a_stream_without_records_ends_with_the_number_it_starts_with(reader):
    reader.switch(None)
    bounds = reader.describe()["Shards"][0]["SequenceNumberRange"]
    assert bounds["StartingSequenceNumber"] == bounds["EndingSequenceNumber"]


def test_a_disabled_stream_can_be_read_to_its_end(reader):
    reader.put("a", "b", "c")
    arn = reader.arn
    reader.switch(None)
    reader.put("d")
    pages = list(reader.pages(reader.iterator(arn=arn), Limit=2))
    assert [len(page["Records"]) for page in pages] == [2, 1]
    assert "NextShardIterator" in pages[0]
    assert "NextShardIterator" not in pages[1]
    assert reader.streams.get_records(ShardIterator=reader.iterator("LATEST", arn)).keys() & {
        "Records",
        "NextShardIterator",
    } == {"Records"}


def test_an_iterator_taken_before_the_end_reads_to_the_end(reader):
    iterator = reader.iterator()
    reader.put("a")
    reader.switch(None)
    reader.put("b")
    page = reader.streams.get_records(ShardIterator=iterator)
    assert [record["dynamodb"]["Keys"]["pk"]["S"] for record in page["Records"]] == ["a"]
    assert "NextShardIterator" not in page


def test_enabling_again_makes_another_stream(reader):
    reader.put("a")
    first = reader.arn
    reader.switch(None)
    reader.put("b")
    reader.switch("KEYS_ONLY")
    reader.put("c")
    second = reader.arn
    assert first != second
    assert reader.keys(arn=first) == ["a"]
    assert reader.keys(arn=second) == ["c"]
    assert [stream["StreamArn"] for stream in reader.streams.list_streams(TableName="orders")["Streams"]] == sorted(
        [first, second]
    )


def test_numbers_of_an_earlier_stream_are_refused_by_the_next(reader, refused):
    reader.put("a")
    number = reader.records()[0]["dynamodb"]["SequenceNumber"]
    reader.switch(None)
    reader.switch("KEYS_ONLY")
    params = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": number}
    answer = refused("get_shard_iterator", StreamArn=reader.arn, ShardId=reader.shard(), **params)
    assert answer == "ValidationException: Invalid SequenceNumber"


def test_a_disabled_stream_is_gone_after_a_day(reader, refused, ddbmock):
    reader.put("a")
    arn, shard = reader.arn, reader.shard()
    reader.switch(None)
    ddbmock.clock.tick(hours=23, minutes=59)
    assert reader.keys(arn=arn) == ["a"]
    ddbmock.clock.tick(minutes=1)
    told = f"ResourceNotFoundException: Requested resource not found: Stream: {arn} not found"
    assert refused("describe_stream", StreamArn=arn) == told
    assert refused("get_shard_iterator", StreamArn=arn, ShardId=shard, ShardIteratorType="LATEST") == told
    assert reader.streams.list_streams()["Streams"] == []


def test_the_stream_of_a_deleted_table_can_be_read_for_a_day(reader, refused, ddbmock):
    reader.put("a", "b")
    arn = reader.arn
    reader.client.delete_table(TableName="orders")
    ddbmock.clock.tick(hours=1)
    assert reader.describe(arn)["StreamStatus"] == "DISABLED"
    assert reader.keys(arn=arn) == ["a", "b"]
    assert [stream["StreamArn"] for stream in reader.streams.list_streams()["Streams"]] == [arn]
    ddbmock.clock.tick(hours=23)
    assert reader.streams.list_streams()["Streams"] == []
    assert "ResourceNotFoundException" in refused("describe_stream", StreamArn=arn)


def test_a_table_made_again_under_the_same_name_has_a_stream_of_its_own(reader, ddbmock):
    reader.put("a")
    first = reader.arn
    reader.client.delete_table(TableName="orders")
    ddbmock.create_table("orders", "pk", stream="NEW_AND_OLD_IMAGES")
    reader.put("b")
    assert reader.arn != first
    assert reader.keys(arn=first) == ["a"]
    assert reader.keys() == ["b"]


# ---- which streams there are


def test_streams_are_listed_in_pages(reader, ddbmock):
    for name in ("ccc", "aaa", "bbb"):
        ddbmock.create_table(name, "pk", stream="KEYS_ONLY")
    ddbmock.create_table("no-stream", "pk")
    names, start = [], {}
    while True:
        page = reader.streams.list_streams(Limit=2, **start)
        names.append([stream["TableName"] for stream in page["Streams"]])
        if "LastEvaluatedStreamArn" not in page:
            break
        start = {"ExclusiveStartStreamArn": page["LastEvaluatedStreamArn"]}
    assert names == [["aaa", "bbb"], ["ccc", "orders"]]


def test_a_table_that_is_not_there_has_no_streams(reader):
    assert reader.streams.list_streams(TableName="nothing")["Streams"] == []


@pytest.mark.parametrize("method", ["list_streams", "describe_stream"])
@pytest.mark.parametrize("limit, told", [(101, "less than or equal to 100"), (0, "greater than or equal to 1")])
def test_a_limit_out_of_bounds_is_refused(reader, refused, method, limit, told):
    params = {"StreamArn": reader.arn} if method == "describe_stream" else {}
    assert refused(method, Limit=limit, **params) == (
        f"ValidationException: 1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: "
        f"Member must have value {told}"
    )


def test_other_regions_have_other_streams(reader, ddbmock):
    elsewhere = boto3.client("dynamodbstreams", region_name="ap-south-1")
    assert elsewhere.list_streams()["Streams"] == []
    with pytest.raises(elsewhere.exceptions.ResourceNotFoundException):
        elsewhere.describe_stream(StreamArn=reader.arn)


NOT_STREAMS = [
    lambda arn: "arn:aws:dynamodb:us-east-1:123456789012:table/orders",
    lambda arn: arn.replace("/stream/", "/index/"),
    lambda arn: arn.replace("dynamodb", "s3"),
    lambda arn: arn.replace("arn:", "urn:"),
    lambda arn: "x" * 48,
]


@pytest.mark.parametrize("change", NOT_STREAMS)
@pytest.mark.parametrize(
    "method, name", [("describe_stream", "StreamArn"), ("list_streams", "ExclusiveStartStreamArn")]
)
def test_text_that_is_not_the_arn_of_a_stream_is_refused(reader, refused, method, name, change):
    assert refused(method, **{name: change(reader.arn)}) == "ValidationException: Invalid StreamArn"


def test_a_stream_of_another_account_is_refused(reader, refused):
    other = reader.arn.replace("123456789012", "210987654321")
    assert refused("describe_stream", StreamArn=other) == "AccessDeniedException: Access is denied"


@pytest.mark.parametrize(
    "method, name", [("describe_stream", "StreamArn"), ("list_streams", "ExclusiveStartStreamArn")]
)
def test_a_short_arn_is_refused(reader, refused, method, name):
    assert refused(method, **{name: "x"}) == (
        f"ValidationException: 1 validation error detected: Value 'x' at '{name[0].lower() + name[1:]}' failed to "
        "satisfy constraint: Member must have length greater than or equal to 37"
    )


def test_a_stream_with_another_label_is_not_found(reader, refused):
    arn = reader.arn[:-3] + "xyz"
    told = f"ResourceNotFoundException: Requested resource not found: Stream: {arn} not found"
    assert refused("describe_stream", StreamArn=arn) == told


def test_a_shard_that_is_not_there_is_not_found(reader, refused):
    shard = reader.shard()[:-1] + "x"
    answer = refused("get_shard_iterator", StreamArn=reader.arn, ShardId=shard, ShardIteratorType="LATEST")
    assert answer == "ResourceNotFoundException: Requested resource not found: Shard does not exist"


@needs("dynamodbstreams", "DescribeStream", "ShardFilter")
def test_a_shard_without_children_has_none(reader):
    only = {"Type": "CHILD_SHARDS", "ShardId": reader.shard()}
    assert reader.streams.describe_stream(StreamArn=reader.arn, ShardFilter=only)["StreamDescription"]["Shards"] == []


@needs("dynamodbstreams", "DescribeStream", "ShardFilter")
@pytest.mark.parametrize(
    "only, violated",
    [
        ({"Type": "CHILD_SHARDS"}, ["Value null at 'shardFilter.shardId'"]),
        ({"ShardId": "shardId-00000001414562045508-2bac9cd2"}, ["Value null at 'shardFilter.type'"]),
        ({}, ["Value null at 'shardFilter.type'", "Value null at 'shardFilter.shardId'"]),
        ({"Type": "ALL", "ShardId": "shardId-1"}, ["Value 'ALL' at", "Value 'shardId-1' at"]),
        ({"Type": "CHILD_SHARDS", "ShardId": "x" * 66}, ["less than or equal to 65"]),
    ],
    ids=str,
)
def test_a_shard_filter_needs_both_members(reader, refused, only, violated):
    answer = refused("describe_stream", StreamArn=reader.arn, ShardFilter=only)
    many = "1 validation error" if len(violated) == 1 else f"{len(violated)} validation errors"
    assert answer.startswith(f"ValidationException: {many} detected: ")
    assert all(text in answer for text in violated)


def test_shards_after_the_only_one_are_none(reader):
    described = reader.streams.describe_stream(StreamArn=reader.arn, ExclusiveStartShardId=reader.shard())
    assert described["StreamDescription"]["Shards"] == []


def test_a_stream_begins_with_its_enabling(reader, ddbmock):
    ddbmock.create_table("late", "pk")
    reader.client.put_item(TableName="late", Item={"pk": {"S": "before"}})
    reader.client.update_table(
        TableName="late", StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    )
    reader.client.put_item(TableName="late", Item={"pk": {"S": "after"}})
    arn = reader.client.describe_table(TableName="late")["Table"]["LatestStreamArn"]
    assert reader.keys(arn=arn) == ["after"]


def test_deleted_tables_are_kept_no_longer_than_their_streams():
    account = Account()
    stream = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}}
    for name, more in (("plain", {}), ("first", stream), ("second", stream)):
        account.create(name, **more)
        account.call("DeleteTable", TableName=name)
        account.engine.run_due()
        account.tick(13 * 3600)
    account.create("third")
    account.call("DeleteTable", TableName="third")
    account.engine.run_due()
    assert [table.name for table in account.engine.catalog.deleted(Home("123456789012", "eu-west-1"))] == ["second"]
