"""ImportTable: the new table, what is told, what goes wrong with items and with S3."""

from __future__ import annotations

import datetime
import gzip
import json
import re
from decimal import Decimal

import pytest

UTC = datetime.timezone.utc


def lines(*items: dict) -> str:
    return "".join(json.dumps({"Item": item}) + "\n" for item in items)


def test_items_of_all_objects_below_the_prefix_are_imported(bucket, run_import, ddbmock):
    bucket["in/1.json"] = lines({"pk": {"S": "a"}, "n": {"N": "1.50"}}, {"pk": {"S": "b"}})
    bucket["in/deeper/2.json"] = lines({"pk": {"S": "c"}})
    bucket["in"] = lines({"pk": {"S": "not below in/"}})
    bucket["other/3.json"] = lines({"pk": {"S": "elsewhere"}})

    description = run_import("in/")

    assert ddbmock.table("target").items == [{"pk": "a", "n": Decimal("1.5")}, {"pk": "b"}, {"pk": "c"}]
    assert description["ImportStatus"] == "COMPLETED"
    assert (description["ProcessedItemCount"], description["ImportedItemCount"], description["ErrorCount"]) == (3, 3, 0)
    assert description["ProcessedSizeBytes"] == len(bucket["in/1.json"]) + len(bucket["in/deeper/2.json"])


def test_the_table_has_the_settings_and_indexes_that_were_asked_for(bucket, run_import, client):
    bucket["1"] = lines(
        {"pk": {"S": "a"}, "mail": {"S": "x"}, "age": {"N": "3"}},
        {"pk": {"S": "b"}},
        {"pk": {"S": "c"}, "mail": {"S": "x"}},
    )
    index = {
        "IndexName": "by-mail",
        "KeySchema": [{"AttributeName": "mail", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
        "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 2},
    }
    table = {
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "mail", "AttributeType": "S"},
        ],
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
        "GlobalSecondaryIndexes": [index],
    }
    description = run_import(table=table)
    made = client.describe_table(TableName="target")["Table"]
    assert made["TableStatus"] == "ACTIVE"
    assert made["TableId"] == description["TableId"]
    assert made["ProvisionedThroughput"]["ReadCapacityUnits"] == 5
    assert made["ItemCount"] == 3
    assert made["GlobalSecondaryIndexes"][0]["ItemCount"] == 2
    assert made["GlobalSecondaryIndexes"][0]["IndexStatus"] == "ACTIVE"
    found = client.query(
        TableName="target",
        IndexName="by-mail",
        KeyConditionExpression="mail = :m",
        ExpressionAttributeValues={":m": {"S": "x"}},
    )["Items"]
    assert {item["pk"]["S"] for item in found} == {"a", "c"}
    client.put_item(TableName="target", Item={"pk": {"S": "new"}})


def test_what_is_told_of_an_import(bucket, client, params, ddbmock):
    ddbmock.clock.freeze()
    ddbmock.clock.move_to("2030-01-01T10:00")
    bucket["1"] = lines({"pk": {"S": "a"}})
    asked = params("1", ClientToken="token")
    begun = client.import_table(**asked)["ImportTableDescription"]
    now = datetime.datetime(2030, 1, 1, 10, tzinfo=UTC)
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/target"
    assert re.fullmatch(re.escape(arn) + "/import/0[0-9]{13}-[0-9a-f]{8}", begun["ImportArn"])
    assert begun == {
        "ImportArn": begun["ImportArn"],
        "ImportStatus": "IN_PROGRESS",
        "TableArn": arn,
        "TableId": begun["TableId"],
        "ClientToken": "token",
        "S3BucketSource": {"S3Bucket": "source", "S3KeyPrefix": "1", "S3BucketOwner": "123456789012"},
        "ErrorCount": 0,
        "CloudWatchLogGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:/aws-dynamodb/imports:*",
        "InputFormat": "DYNAMODB_JSON",
        "InputCompressionType": "NONE",
        "TableCreationParameters": asked["TableCreationParameters"],
        "StartTime": now,
        "ProcessedItemCount": 0,
        "ImportedItemCount": 0,
    }
    ended = client.describe_import(ImportArn=begun["ImportArn"])["ImportTableDescription"]
    assert ended == {
        **begun,
        "ImportStatus": "COMPLETED",
        "EndTime": now,
        "ProcessedSizeBytes": len(bucket["1"]),
        "ProcessedItemCount": 1,
        "ImportedItemCount": 1,
    }
    assert client.list_imports(TableArn=arn)["ImportSummaryList"] == [
        {
            name: ended[name]
            for name in (
                "ImportArn",
                "ImportStatus",
                "TableArn",
                "S3BucketSource",
                "CloudWatchLogGroupArn",
                "InputFormat",
                "StartTime",
                "EndTime",
            )
        }
    ]
    assert client.list_imports(TableArn=arn + "2")["ImportSummaryList"] == []


def test_imports_are_listed_by_pages(bucket, run_import, client):
    arns = [run_import(table={"TableName": f"table-{number}"})["ImportArn"] for number in range(3)]
    first = client.list_imports(PageSize=2)
    assert len(first["NextToken"]) >= 112
    rest = client.list_imports(PageSize=2, NextToken=first["NextToken"])
    assert "NextToken" not in rest
    summaries = first["ImportSummaryList"] + rest["ImportSummaryList"]
    assert [one["ImportArn"] for one in summaries] == list(reversed(arns))


@pytest.mark.ddbmock(pace=60)
def test_the_table_appears_in_the_middle_of_the_import(bucket, client, params, ddbmock):
    ddbmock.clock.freeze()
    bucket["1"] = lines({"pk": {"S": "a"}})
    arn = client.import_table(**params())["ImportTableDescription"]["ImportArn"]

    def status():
        return client.describe_import(ImportArn=arn)["ImportTableDescription"]["ImportStatus"]

    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.describe_table(TableName="target")
    ddbmock.clock.tick(seconds=30)
    assert client.describe_table(TableName="target")["Table"]["TableStatus"] == "CREATING"
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_item(TableName="target", Key={"pk": {"S": "a"}})
    assert status() == "IN_PROGRESS"
    ddbmock.clock.tick(seconds=30)
    assert client.describe_table(TableName="target")["Table"]["TableStatus"] == "ACTIVE"
    assert status() == "COMPLETED"
    assert ddbmock.table("target").items == [{"pk": "a"}]


def test_an_import_consumes_no_capacity(bucket, run_import, ddbmock):
    bucket["1"] = lines({"pk": {"S": "a"}})
    run_import()
    [call] = [call for call in ddbmock.calls if call.operation == "ImportTable"]
    assert call.units == 0


def test_without_objects_the_table_is_empty(run_import, ddbmock):
    description = run_import("nothing/")
    assert description["ImportStatus"] == "COMPLETED"
    assert (description["ProcessedItemCount"], description["ProcessedSizeBytes"]) == (0, 0)
    assert ddbmock.table("target").items == []


def test_of_items_with_one_key_one_survives_and_all_count(bucket, run_import, ddbmock):
    bucket["1"] = lines({"pk": {"S": "a"}, "v": {"N": "1"}}, {"pk": {"S": "a"}, "v": {"N": "2"}})
    description = run_import()
    assert description["ImportStatus"] == "COMPLETED"
    assert (description["ProcessedItemCount"], description["ImportedItemCount"], description["ErrorCount"]) == (2, 2, 0)
    assert len(ddbmock.table("target")) == 1


# ---- items that do not fit


@pytest.mark.parametrize(
    "item, message",
    [
        ({"sk": {"S": "a"}}, "One or more parameter values were invalid: Missing the key pk in the item"),
        (
            {"pk": {"N": "1"}},
            "One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N",
        ),
        (
            {"pk": {"S": ""}},
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
            "empty string value. Key: pk",
        ),
        (
            {"pk": {"S": "k" * 2049}},
            "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 "
            "bytes",
        ),
        ({"pk": {"S": "a"}, "big": {"S": "x" * 409_600}}, "Item size has exceeded the maximum allowed size"),
        (
            {"pk": {"S": "a"}, "n": {"N": "one"}},
            "The parameter cannot be converted to a numeric value: one",
        ),
        (
            {"pk": {"S": "a"}, "s": {"SS": []}},
            "One or more parameter values were invalid: An string set  may not be empty",
        ),
        (
            {"pk": {"S": "a"}, "mail": {"N": "1"}},
            "One or more parameter values were invalid: Type mismatch for Index Key mail Expected: S Actual: N "
            "IndexName: by-mail",
        ),
    ],
)
def test_an_item_that_breaks_a_rule_is_left_out_and_logged(bucket, run_import, logged, ddbmock, item, message):
    bucket["in/1.json"] = lines({"pk": {"S": "first"}}, item, {"pk": {"S": "last"}})
    table = {
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "mail", "AttributeType": "S"},
        ],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by-mail",
                "KeySchema": [{"AttributeName": "mail", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    }
    description = run_import("in/", table)
    assert description["ImportStatus"] == "FAILED"
    assert description["FailureCode"] == "ItemValidationError"
    assert description["FailureMessage"] == (
        "Some of the items failed validation checks and were not imported. "
        "Please check CloudWatch error logs for more details."
    )
    assert (description["ProcessedItemCount"], description["ImportedItemCount"], description["ErrorCount"]) == (3, 2, 1)
    assert logged(description) == [
        {
            "itemS3Pointer": {"bucket": "source", "key": "in/1.json", "itemIndex": 1},
            "importArn": description["ImportArn"],
            "errorMessages": [message],
        }
    ]
    assert ddbmock.table("target").items == [{"pk": "first"}, {"pk": "last"}]


def test_the_line_of_a_log_is_written_as_dynamodb_writes_it(bucket, run_import, ddbmock):
    ddbmock.clock.freeze()
    bucket["import-test.csv"] = "title,artist,year_of_release\nThe Dark Side of the Moon,Pink Floyd,1973\n"
    arn = run_import("import-test.csv", InputFormat="CSV")["ImportArn"]
    [event] = ddbmock.logs["/aws-dynamodb/imports"][f"{arn.rpartition('/')[2]}/error"]
    assert event.message == (
        '{"itemS3Pointer":{"bucket":"source","key":"import-test.csv","itemIndex":0},'
        f'"importArn":"{arn}",'
        '"errorMessages":["One or more parameter values were invalid: Missing the key pk in the item"]}'
    )
    assert event.timestamp == int(ddbmock.clock.now.timestamp() * 1000)


@pytest.mark.parametrize(
    "broken",
    [
        '{"Item": {"pk": {"S": "b"}}',
        "no JSON",
        '["a"]',
        '{"Item": []}',
        '{"pk": {"S": "b"}}',
        '{"Item": {"pk": {"S": "b"}}, "More": 1}',
        '{"Item": {"pk": {"S": 1}}}',
        '{"Item": {"pk": "b"}}',
        '{"Item": {"pk": {"S": "\\ud800"}}}',
    ],
)
def test_what_is_no_item_ends_its_object_alone(bucket, run_import, logged, ddbmock, broken):
    bucket["1"] = lines({"pk": {"S": "a"}}) + broken + "\n" + lines({"pk": {"S": "skipped"}})
    bucket["2"] = lines({"pk": {"S": "c"}})
    description = run_import()
    assert description["FailureCode"] == "ItemValidationError"
    assert (description["ImportedItemCount"], description["ErrorCount"]) == (2, 1)
    [error] = logged(description)
    assert error["itemS3Pointer"] == {"bucket": "source", "key": "1", "itemIndex": 1}
    assert ddbmock.table("target").items == [{"pk": "a"}, {"pk": "c"}]


def test_an_object_of_another_compression_is_one_error(bucket, run_import, logged, ddbmock):
    bucket["1"] = lines({"pk": {"S": "a"}})
    bucket["2"] = gzip.compress(lines({"pk": {"S": "b"}}).encode())
    description = run_import(InputCompressionType="GZIP")
    assert description["ErrorCount"] == 1
    assert [error["itemS3Pointer"]["key"] for error in logged(description)] == ["1"]
    assert ddbmock.table("target").items == [{"pk": "b"}]


def test_nothing_is_logged_without_errors(bucket, run_import, ddbmock):
    bucket["1"] = lines({"pk": {"S": "a"}})
    run_import()
    assert list(ddbmock.logs) == []


# ---- what S3 has against it


def test_an_import_from_a_bucket_that_is_not_there_makes_no_table(client, run_import, params):
    description = run_import(S3BucketSource={"S3Bucket": "nowhere"})
    assert (description["ImportStatus"], description["FailureCode"]) == ("FAILED", "S3NoSuchBucket")
    assert description["FailureMessage"].startswith(
        "The specified bucket does not exist (Service: Amazon S3; Status Code: 404; Error Code: NoSuchBucket; "
    )
    assert description["ProcessedItemCount"] == 0
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.describe_table(TableName="target")


def test_an_import_without_access_makes_no_table(client, bucket, run_import):
    bucket.deny_access()
    assert run_import()["FailureCode"] == "S3AccessDenied"
    assert client.list_tables()["TableNames"] == []


# ---- names and tokens


def test_the_name_of_a_table_that_is_there_is_refused(refused, ddbmock):
    ddbmock.create_table("target", "pk")
    assert refused() == "ResourceInUseException: Table already exists: target"


@pytest.mark.ddbmock(pace=60)
def test_a_name_that_is_taken_meanwhile_fails_the_import(bucket, client, params, ddbmock):
    bucket["1"] = lines({"pk": {"S": "a"}})
    arn = client.import_table(**params())["ImportTableDescription"]["ImportArn"]
    other = client.import_table(**params(ClientToken="other"))["ImportTableDescription"]["ImportArn"]
    ddbmock.clock.tick(seconds=60)
    first, second = (client.describe_import(ImportArn=one)["ImportTableDescription"] for one in (arn, other))
    assert first["ImportStatus"] == "COMPLETED"
    assert (second["ImportStatus"], second["FailureCode"]) == ("FAILED", "TableAlreadyExists")
    assert client.describe_table(TableName="target")["Table"]["TableId"] == first["TableId"]


@pytest.mark.ddbmock(pace=60)
def test_a_token_gives_the_import_that_is_under_way(bucket, client, params, refused, ddbmock):
    first = client.import_table(**params(ClientToken="t"))["ImportTableDescription"]
    again = client.import_table(**params("ignored/", ClientToken="t"))["ImportTableDescription"]
    assert again["ImportArn"] == first["ImportArn"]
    assert refused(ClientToken="t", table={"TableName": "other"}) == (
        "ImportConflictException: Import conflict: Duplicate request detected with conflicting parameters"
    )
    ddbmock.clock.tick(seconds=60)
    assert refused(ClientToken="t") == "ResourceInUseException: Table already exists: target"


@pytest.mark.ddbmock(pace=60)
def test_fifty_imports_run_at_a_time(bucket, client, params, refused, ddbmock):
    def begin(number):
        client.import_table(**params(table={"TableName": f"target-{number}"}))

    for number in range(50):
        begin(number)
    assert refused() == (
        "LimitExceededException: Subscriber limit exceeded: Only 50 imports can be done simultaneously"
    )
    ddbmock.clock.tick(seconds=60)
    begin(50)


# ---- requests


@pytest.mark.parametrize(
    "more, refusal",
    [
        (
            {"InputFormatOptions": {"Csv": {"Delimiter": ","}}},
            "ValidationException: Invalid Request: Unsupported InputFormatOptions for the given input format: "
            "DYNAMODB_JSON.",
        ),
        (
            {"InputCompressionType": "ZIP"},
            "ValidationException: 1 validation error detected: Value 'ZIP' at 'inputCompressionType' failed to satisfy "
            "constraint: Member must satisfy enum value set: [ZSTD, NONE, GZIP]",
        ),
        (
            {"table": {"BillingMode": "PROVISIONED"}},
            "ValidationException: One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits "
            "must both be specified when BillingMode is PROVISIONED",
        ),
        (
            {"table": {"KeySchema": [{"AttributeName": "other", "KeyType": "HASH"}]}},
            "ValidationException: One or more parameter values were invalid: Some index key attributes are not defined "
            "in AttributeDefinitions. Keys: [other], AttributeDefinitions: [pk]",
        ),
        (
            {"table": {"KeySchema": [{"AttributeName": name, "KeyType": "HASH"} for name in "abc"]}},
            "ValidationException: 1 validation error detected: Value '[",
        ),
    ],
)
def test_a_request_that_is_refused(refused, more, refusal):
    assert refused(**more).startswith(refusal)


@pytest.mark.parametrize(
    "arn, refusal",
    [
        (
            "arn:aws:dynamodb:us-east-1:123456789012:table/target/import/01893492000000-00000000",
            "ImportNotFoundException",
        ),
        ("arn:aws:dynamodb:us-east-1:123456789012:table/target", "ValidationException: Invalid Import ARN"),
        (
            "arn:aws:dynamodb:us-east-1:123456789012:table/target/export/01893492000000-00000000",
            "ValidationException: Invalid Import ARN",
        ),
        (
            "arn:aws:dynamodb:us-east-1:999999999999:table/target/import/01893492000000-00000000",
            "AccessDeniedException: Access is denied",
        ),
    ],
)
def test_an_import_that_is_not_there(client, arn, refusal):
    with pytest.raises(client.exceptions.ClientError) as caught:
        client.describe_import(ImportArn=arn)
    error = caught.value.response["Error"]
    assert f"{error['Code']}: {error['Message']}".startswith(refusal)


def test_a_restored_snapshot_forgets_an_import_and_its_table(bucket, run_import, client, ddbmock):
    bucket["1"] = lines({"pk": {"S": "a"}})
    snapshot = ddbmock.snapshot()
    run_import()
    ddbmock.restore(snapshot)
    assert client.list_imports()["ImportSummaryList"] == []
    assert client.list_tables()["TableNames"] == []
    assert list(bucket) == ["1"]
    assert run_import()["ImportStatus"] == "COMPLETED"


@pytest.mark.ddbmock(pace=60)
def test_a_restored_snapshot_forgets_an_import_that_is_under_way(client, params, ddbmock):
    snapshot = ddbmock.snapshot()
    client.import_table(**params())
    ddbmock.restore(snapshot)
    ddbmock.clock.tick(seconds=60)
    assert client.list_tables()["TableNames"] == []
