"""Exports of some of the items, or of some of their attributes: FilterSpecification."""

from __future__ import annotations

import datetime
import gzip

import boto3
import pytest

from pytest_ddbmock.errors import DynamoDBError
from tests.support.accounts import Account
from tests.support.models import needs

UTC = datetime.timezone.utc
START = datetime.datetime(2030, 1, 1, 10, 30, tzinfo=UTC)
END = datetime.datetime(2030, 1, 1, 11, 0, tzinfo=UTC)

pytestmark = needs("dynamodb", "ExportTableToPointInTime", "FilterSpecification")


@pytest.fixture
def filled(put):
    for key in "ab":
        for number in range(4):
            put(key, number, v={"S": key * number}, m={"M": {"x": {"N": str(number)}, "y": {"BOOL": True}}})


@pytest.fixture
def items(export, written, filled):
    """The items that a filtered full export holds."""

    def items(**specification):
        return [line["Item"] for line in written(export(FilterSpecification=specification))]

    return items


def keys(items):
    return sorted((item["pk"]["S"], int(item["sk"]["N"])) for item in items)


def test_a_filter_chooses_items_by_any_attribute(items):
    found = items(FilterExpression="size(v) > :n", ExpressionAttributeValues={":n": {"N": "1"}})
    assert keys(found) == [("a", 2), ("a", 3), ("b", 2), ("b", 3)]


def test_a_filter_alone_may_speak_of_keys(items):
    found = items(
        FilterExpression="pk = :a AND sk IN (:one, :two) OR begins_with(v, :bbb)",
        ExpressionAttributeValues={":a": {"S": "a"}, ":one": {"N": "1"}, ":two": {"N": "2"}, ":bbb": {"S": "bbb"}},
    )
    assert keys(found) == [("a", 1), ("a", 2), ("b", 3)]


@pytest.mark.parametrize(
    "condition, numbers",
    [
        ("pk = :a", [0, 1, 2, 3]),
        (":a = pk", [0, 1, 2, 3]),
        ("pk = :a AND sk = :one", [1]),
        ("pk = :a AND sk >= :one", [1, 2, 3]),
        ("sk < :one AND pk = :a", [0]),
        ("#p = :a AND sk BETWEEN :one AND :two", [1, 2]),
    ],
)
def test_a_key_condition_chooses_within_one_partition_key(items, condition, numbers):
    values = {":a": {"S": "a"}, ":one": {"N": "1.0"}, ":two": {"N": "2"}}
    used = {name: value for name, value in values.items() if name in condition}
    names = {"ExpressionAttributeNames": {"#p": "pk"}} if "#p" in condition else {}
    found = items(KeyConditionExpression=condition, ExpressionAttributeValues=used, **names)
    assert keys(found) == [("a", number) for number in numbers]


def test_a_projection_shows_what_it_names_and_no_key_unasked(items):
    found = items(
        KeyConditionExpression="pk = :a AND sk > :one",
        FilterExpression="m.x < :three",
        ProjectionExpression="#v, m.x, absent",
        ExpressionAttributeNames={"#v": "v"},
        ExpressionAttributeValues={":a": {"S": "a"}, ":one": {"N": "1"}, ":three": {"N": "3"}},
    )
    assert found == [{"v": {"S": "aa"}, "m": {"M": {"x": {"N": "2"}}}}]


def test_a_projection_alone_leaves_no_item_out(items):
    assert sorted(item["sk"]["N"] for item in items(ProjectionExpression="sk")) == sorted("00112233")


@pytest.mark.parametrize(
    "specification",
    [
        {"FilterExpression": "NOT contains(v, :b) AND m.y = :true OR sk = :two"},
        {"FilterExpression": "sk BETWEEN :one AND :two", "ProjectionExpression": "pk, m.x"},
        {"FilterExpression": "attribute_type(m, :map) AND size(v) <> :one AND attribute_exists(m.x)"},
        {"KeyConditionExpression": "pk = :b AND sk < :two", "FilterExpression": "size(v) <= :one"},
        {"KeyConditionExpression": ":b = pk AND :one <= sk", "ProjectionExpression": "sk, v"},
    ],
)
def test_a_filtered_export_holds_what_scan_and_query_give(items, client, specification):
    values = {":b": {"S": "b"}, ":one": {"N": "1"}, ":two": {"N": "2"}, ":true": {"BOOL": True}, ":map": {"S": "M"}}
    used = {name: value for name, value in values.items() if any(name in text for text in specification.values())}
    request = {**specification, "ExpressionAttributeValues": used}
    read = client.query if "KeyConditionExpression" in specification else client.scan
    found = read(TableName="orders", **request)["Items"]
    assert 0 < len(found) < 8
    assert sorted(items(**request), key=repr) == sorted(found, key=repr)


def test_nothing_that_fits_is_an_export_of_no_items(export, written, filled, bucket):
    description = export(FilterSpecification={"FilterExpression": "attribute_exists(absent)"})
    assert description["ExportStatus"] == "COMPLETED"
    assert written(description) == []
    assert len([key for key in bucket if key.endswith(".json.gz")]) == 4


def test_an_ion_export_is_filtered_too(export, filled, bucket):
    export(
        ExportFormat="ION",
        FilterSpecification={
            "KeyConditionExpression": "pk = :a AND sk = :one",
            "ProjectionExpression": "v, sk",
            "ExpressionAttributeValues": {":a": {"S": "a"}, ":one": {"N": "1"}},
        },
    )
    data = b"".join(gzip.decompress(bucket[key]) for key in bucket if key.endswith(".ion.gz"))
    assert data.decode() == '$ion_1_0 {Item:{v:"a",sk:1.}}\n'


def test_the_filter_sees_the_table_as_it_was_at_the_time_of_the_export(export, written, put, ddbmock):
    put("a", v={"N": "1"})
    then = ddbmock.clock.now
    ddbmock.clock.tick(minutes=10)
    put("a", v={"N": "2"})
    specification = {"FilterExpression": "v = :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    assert len(written(export(FilterSpecification=specification, ExportTime=then))) == 1
    assert len(written(export(FilterSpecification=specification))) == 0


def test_a_key_condition_makes_an_export_cheaper_and_a_filter_does_not(export, filled):
    values = {"ExpressionAttributeValues": {":a": {"S": "a"}}}
    everything = export()["BilledSizeBytes"]
    filtered = export(FilterSpecification={"FilterExpression": "pk = :a", **values})["BilledSizeBytes"]
    chosen = export(FilterSpecification={"KeyConditionExpression": "pk = :a", **values})["BilledSizeBytes"]
    assert filtered == everything
    assert chosen * 2 == everything


# ---- incremental


@pytest.fixture
def records(export, written, put, client, ddbmock):
    """The records of a filtered incremental export by key."""

    def delete(key):
        client.delete_item(TableName="orders", Key={"pk": {"S": key}, "sk": {"N": "1"}})

    put("went red", v={"S": "blue"}, w={"N": "1"})
    put("was red", v={"S": "red"}, w={"N": "1"})
    put("deleted red", v={"S": "red"}, w={"N": "1"})
    put("deleted blue", v={"S": "blue"})
    put("untouched red", v={"S": "red"})
    ddbmock.clock.move_to(START)
    put("went red", v={"S": "red"}, w={"N": "2"})
    put("was red", v={"S": "blue"})
    put("new red", v={"S": "red"})
    delete("deleted red")
    delete("deleted blue")
    ddbmock.clock.move_to(END)
    ddbmock.clock.tick(minutes=10)

    def records(view_type="NEW_AND_OLD_IMAGES", **specification):
        description = export(
            ExportType="INCREMENTAL_EXPORT",
            IncrementalExportSpecification={
                "ExportFromTime": START,
                "ExportToTime": END,
                "ExportViewType": view_type,
            },
            FilterSpecification=specification,
        )
        return {line["Keys"]["pk"]["S"]: line for line in written(description)}

    return records


RED = {"FilterExpression": "v = :red", "ExpressionAttributeValues": {":red": {"S": "red"}}}


@pytest.mark.parametrize("view_type", ["NEW_AND_OLD_IMAGES", "NEW_IMAGE"])
def test_a_record_is_judged_by_its_latest_image_and_that_of_a_deleted_item_by_the_old_one(records, view_type):
    assert set(records(view_type, **RED)) == {"went red", "new red", "deleted red"}


def test_new_images_show_no_old_ones_even_of_a_deleted_item_that_the_filter_has_seen(records):
    line = records("NEW_IMAGE", **RED)["deleted red"]
    assert set(line) == {"Metadata", "Keys"}


def test_a_projection_shapes_both_images_and_leaves_the_keys_whole(records):
    line = records(**RED, ProjectionExpression="w")["went red"]
    assert line["Keys"] == {"pk": {"S": "went red"}, "sk": {"N": "1"}}
    assert (line["OldImage"], line["NewImage"]) == ({"w": {"N": "1"}}, {"w": {"N": "2"}})


def test_a_key_condition_chooses_records(records):
    found = records(KeyConditionExpression="pk = :k", ExpressionAttributeValues={":k": {"S": "was red"}})
    assert set(found) == {"was red"}


# ---- what is told


def test_the_filter_is_told_as_it_was_asked_for(client, arn, bucket, filled, ddbmock):
    specification = {
        "FilterExpression": "#v = :x",
        "ExpressionAttributeNames": {"#v": "v"},
        "ExpressionAttributeValues": {":x": {"B": b"\x00\xff"}},
    }
    begun = client.export_table_to_point_in_time(TableArn=arn, S3Bucket="exports", FilterSpecification=specification)
    arn_ = begun["ExportDescription"]["ExportArn"]
    told = client.describe_export(ExportArn=arn_)["ExportDescription"]["FilterSpecification"]
    assert told == begun["ExportDescription"]["FilterSpecification"] == specification


def test_the_filter_that_was_asked_for_does_not_change_with_the_callers_own(client, arn, bucket, filled):
    specification = {"FilterExpression": "v = :x", "ExpressionAttributeValues": {":x": {"S": "a"}}}
    request = {"TableArn": arn, "S3Bucket": "exports", "ClientToken": "t", "FilterSpecification": specification}
    first = client.export_table_to_point_in_time(**request)["ExportDescription"]
    specification["ExpressionAttributeValues"][":x"] = {"S": "b"}
    told = client.describe_export(ExportArn=first["ExportArn"])["ExportDescription"]["FilterSpecification"]
    assert told["ExpressionAttributeValues"] == {":x": {"S": "a"}}
    with pytest.raises(client.exceptions.ExportConflictException):
        client.export_table_to_point_in_time(**request)


def test_without_a_filter_none_is_told(export):
    assert "FilterSpecification" not in export()


# ---- what is refused

A = {":a": {"S": "a"}}


@pytest.mark.parametrize(
    "specification, message",
    [
        ({}, "The specification can not be empty"),
        ({"FilterExpression": None}, "The specification can not be empty"),
        ({"FilterExpression": ""}, "Invalid FilterExpression: The expression can not be empty;"),
        (
            {"ExpressionAttributeNames": {"#a": "a"}},
            "ExpressionAttributeNames can only be specified when using expressions",
        ),
        (
            {"ProjectionExpression": "a", "ExpressionAttributeValues": A},
            "ExpressionAttributeValues can only be specified when using expressions: FilterExpression and "
            "KeyConditionExpression are null",
        ),
        (
            {"FilterExpression": "a = "},
            'Invalid FilterExpression: Syntax error; token: "<EOF>", near: "="',
        ),
        (
            {"FilterExpression": "v = :a"},
            "Invalid FilterExpression: An expression attribute value used in expression is not defined; "
            "attribute value: :a",
        ),
        (
            {"FilterExpression": "attribute_exists(v)", "ExpressionAttributeValues": A},
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:a}",
        ),
        (
            {"FilterExpression": "v = :a", "ExpressionAttributeValues": {":a": {"N": "x"}}},
            "The parameter cannot be converted to a numeric value: x",
        ),
        (
            {"ProjectionExpression": "a, a.b"},
            "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite one of "
            "these paths; path one: [a], path two: [a, b]",
        ),
        (
            {"KeyConditionExpression": "sk = :a", "ExpressionAttributeValues": A},
            "Query condition missed key schema element: pk",
        ),
        (
            {"KeyConditionExpression": "pk > :a", "ExpressionAttributeValues": A},
            "Query key condition not supported",
        ),
        (
            {"KeyConditionExpression": "pk = :a AND v = :a", "ExpressionAttributeValues": A},
            "Query condition missed key schema element: sk",
        ),
        (
            {"KeyConditionExpression": "pk = :a OR pk = :a", "ExpressionAttributeValues": A},
            "Invalid operator used in KeyConditionExpression: OR",
        ),
        (
            {"KeyConditionExpression": "pk = :a AND sk = :a", "ExpressionAttributeValues": A},
            "One or more parameter values were invalid: Condition parameter type does not match schema type",
        ),
        (
            {
                "KeyConditionExpression": "pk = :a",
                "FilterExpression": "attribute_exists(sk)",
                "ExpressionAttributeValues": A,
            },
            "Filter Expression can only contain non-primary key attributes: Primary key attribute: sk",
        ),
        (
            {"FilterExpression": "attribute_exists(pk.a)"},
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk",
        ),
    ],
)
def test_a_filter_that_cannot_be_is_refused(refused, specification, message):
    assert refused(FilterSpecification=specification) == (
        f"ValidationException: Invalid Request: Invalid FilterSpecification: {message}"
    )


def test_what_the_service_does_not_know_is_no_filter():
    account = Account()
    table = account.create("orders")
    enabled = {"PointInTimeRecoveryEnabled": True}
    account.call("UpdateContinuousBackups", TableName="orders", PointInTimeRecoverySpecification=enabled)
    with pytest.raises(DynamoDBError, match="The specification can not be empty"):
        account.call(
            "ExportTableToPointInTime", TableArn=table.arn, S3Bucket="exports", FilterSpecification={"Unknown": 1}
        )


def test_a_table_that_is_not_there_is_told_before_what_its_keys_are_needed_for(refused):
    missing = "arn:aws:dynamodb:us-east-1:123456789012:table/missing"
    specification = {"KeyConditionExpression": "x = :a", "ExpressionAttributeValues": A}
    assert refused(TableArn=missing, FilterSpecification=specification).startswith("TableNotFoundException")


def test_an_export_with_a_filter_over_http(ddbmock_endpoint, arn, filled, bucket, written, ddbmock):
    client = boto3.client("dynamodb", endpoint_url=ddbmock_endpoint, aws_access_key_id="a", aws_secret_access_key="b")
    specification = {"FilterExpression": "pk = :a AND v <> :b", "ExpressionAttributeValues": {**A, ":b": {"B": b"x"}}}
    begun = client.export_table_to_point_in_time(TableArn=arn, S3Bucket="exports", FilterSpecification=specification)
    description = client.describe_export(ExportArn=begun["ExportDescription"]["ExportArn"])["ExportDescription"]
    assert description["FilterSpecification"] == specification
    assert len(written(description)) == 4
