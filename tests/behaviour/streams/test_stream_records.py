"""What records say."""

from __future__ import annotations

import datetime

import pytest

UTC = datetime.timezone.utc


def test_each_change_has_a_record_in_order(reader):
    reader.put("a", n={"N": "1"})
    reader.put("a", n={"N": "2"})
    reader.client.delete_item(TableName="orders", Key={"pk": {"S": "a"}})
    records = reader.records()
    assert [record["eventName"] for record in records] == ["INSERT", "MODIFY", "REMOVE"]
    old, new = {"pk": {"S": "a"}, "n": {"N": "1"}}, {"pk": {"S": "a"}, "n": {"N": "2"}}
    images = [(r["dynamodb"].get("OldImage"), r["dynamodb"].get("NewImage")) for r in records]
    assert images == [(None, old), (old, new), (new, None)]
    numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in records]
    assert numbers == sorted(set(numbers))
    assert len({record["eventID"] for record in records}) == 3


def test_a_record_has_all_its_members(reader, ddbmock):
    ddbmock.clock.move_to("2031-05-06T07:08:09.876543")
    reader.put("a", price={"N": "1.50"}, tags={"SS": ["x", "y"]}, raw={"B": b"\x00"})
    [record] = reader.records()
    assert len(record.pop("eventID")) == 32
    number = record["dynamodb"].pop("SequenceNumber")
    assert number.isdecimal() and 21 <= len(number) <= 40 and number[0] != "0"
    assert record == {
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": ddbmock.region,
        "dynamodb": {
            "ApproximateCreationDateTime": datetime.datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC),
            "Keys": {"pk": {"S": "a"}},
            "NewImage": {"pk": {"S": "a"}, "price": {"N": "1.5"}, "tags": {"SS": ["x", "y"]}, "raw": {"B": b"\x00"}},
            "SizeBytes": 3 + 3 + 8 + 6 + 4,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    }


@pytest.mark.parametrize("fraction", ["", ".000001", ".499999", ".5", ".987654", ".999999"])
def test_the_time_of_a_record_is_a_whole_second_rounded_down(reader, ddbmock, fraction):
    events = []
    ddbmock.streams["orders"].connect(lambda event: events.append(event))
    ddbmock.clock.move_to(f"2031-05-06T12:00:00{fraction}")
    reader.put("a")
    ddbmock.streams.drain()
    noon = datetime.datetime(2031, 5, 6, 12, tzinfo=UTC)
    [record] = reader.records()
    assert record["dynamodb"]["ApproximateCreationDateTime"] == noon
    [shown] = ddbmock.streams["orders"].records
    assert shown.wire["dynamodb"]["ApproximateCreationDateTime"] == noon.timestamp()
    assert events[0]["Records"][0]["dynamodb"]["ApproximateCreationDateTime"] == noon.timestamp()


@pytest.mark.parametrize(
    "view_type, images",
    [
        ("KEYS_ONLY", [set(), set(), set()]),
        ("NEW_IMAGE", [{"NewImage"}, {"NewImage"}, set()]),
        ("OLD_IMAGE", [set(), {"OldImage"}, {"OldImage"}]),
        ("NEW_AND_OLD_IMAGES", [{"NewImage"}, {"NewImage", "OldImage"}, {"OldImage"}]),
    ],
)
def test_the_view_type_says_which_images_are_shown(reader, view_type, images):
    reader.switch(None)
    reader.switch(view_type)
    reader.put("a")
    reader.put("a", n={"N": "1"})
    reader.client.delete_item(TableName="orders", Key={"pk": {"S": "a"}})
    records = [record["dynamodb"] for record in reader.records()]
    assert [record.keys() & {"NewImage", "OldImage"} for record in records] == images
    assert all(record["Keys"] == {"pk": {"S": "a"}} for record in records)
    assert {record["StreamViewType"] for record in records} == {view_type}


def test_the_size_counts_the_keys_and_the_images_shown(reader):
    reader.put("a", text={"S": "x" * 10})
    reader.put("a", text={"S": "x" * 20})
    sizes = [record["dynamodb"]["SizeBytes"] for record in reader.records()]
    assert sizes == [3 + (3 + 14), 3 + (3 + 14) + (3 + 24)]


def test_writes_that_change_nothing_have_no_record(reader):
    reader.put("a", n={"N": "1"})
    before = reader.records()
    reader.put("a", n={"N": "1.0"})
    reader.client.update_item(
        TableName="orders",
        Key={"pk": {"S": "a"}},
        UpdateExpression="SET n = :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    reader.client.delete_item(TableName="orders", Key={"pk": {"S": "not there"}})
    with pytest.raises(reader.client.exceptions.ConditionalCheckFailedException):
        reader.client.put_item(
            TableName="orders", Item={"pk": {"S": "a"}}, ConditionExpression="attribute_not_exists(pk)"
        )
    assert reader.records() == before


def test_each_member_of_a_batch_has_its_record(reader):
    reader.put("b")
    reader.client.batch_write_item(
        RequestItems={
            "orders": [
                {"PutRequest": {"Item": {"pk": {"S": "a"}}}},
                {"DeleteRequest": {"Key": {"pk": {"S": "b"}}}},
            ]
        }
    )
    assert sorted((r["eventName"], r["dynamodb"]["Keys"]["pk"]["S"]) for r in reader.records()[1:]) == [
        ("INSERT", "a"),
        ("REMOVE", "b"),
    ]


def test_keys_hold_the_sort_key_too(reader, ddbmock):
    ddbmock.create_table("sorted", "pk", "sk:N", stream="KEYS_ONLY")
    reader.client.put_item(TableName="sorted", Item={"pk": {"S": "a"}, "sk": {"N": "1"}, "more": {"S": "x"}})
    [found] = reader.streams.list_streams(TableName="sorted")["Streams"]
    [record] = reader.records(arn=found["StreamArn"])
    assert record["dynamodb"]["Keys"] == {"pk": {"S": "a"}, "sk": {"N": "1"}}


def test_deletes_by_the_service_tell_so_and_those_by_a_caller_do_not(reader, ddbmock):
    reader.client.update_time_to_live(
        TableName="orders", TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"}
    )
    reader.put("a", ttl={"N": str(int(ddbmock.clock.now.timestamp()) + 60)})
    reader.put("b")
    reader.client.delete_item(TableName="orders", Key={"pk": {"S": "b"}})
    ddbmock.clock.tick(minutes=2)
    by_caller, by_service = reader.records()[-2:]
    assert "userIdentity" not in by_caller
    assert by_service["eventName"] == "REMOVE"
    assert by_service["userIdentity"] == {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
    assert by_service["dynamodb"]["OldImage"]["pk"] == {"S": "a"}


def test_what_a_record_says_can_be_changed_without_harm(reader):
    reader.put("a", list={"L": [{"S": "x"}]})
    [record] = reader.records()
    record["dynamodb"]["NewImage"]["list"]["L"].append({"S": "y"})
    assert reader.records()[0]["dynamodb"]["NewImage"]["list"] == {"L": [{"S": "x"}]}
    stored = reader.client.get_item(TableName="orders", Key={"pk": {"S": "a"}})["Item"]
    assert stored["list"] == {"L": [{"S": "x"}]}


def test_the_records_of_a_page_have_nothing_in_common(reader):
    reader.put("a", "b")
    first, second = reader.records()
    told = first["dynamodb"]
    told["Keys"]["pk"]["S"] = told["StreamViewType"] = first["awsRegion"] = "changed"
    assert told["NewImage"]["pk"] == {"S": "a"}
    assert reader.records()[1] == second
