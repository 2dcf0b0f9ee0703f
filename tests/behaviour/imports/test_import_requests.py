"""What the wire shows of imports and exports: tokens, types, ARNs of others, rows of JSON values."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tests.support.accounts import Account


@pytest.mark.parametrize(
    "line, keys",
    [
        ('{"Item": {"pk": {"S": "a"}}}{"Item": {"pk": {"S": "b"}}}', ["a", "b"]),
        ('{"Item": {"pk": {"S": "a"}}} \t {"Item": {"pk": {"S": "b"}}}  ', ["a", "b"]),
        (' {"Item": {"pk": {"S": "a"}}}{"Item": {"pk": {"S": "b"}}}{"Item": {"pk": {"S": "c"}}}', ["a", "b", "c"]),
        ('{"Item": {"pk": {"S": "a"}}}\r\n\r\n{"Item": {"pk": {"S": "b"}}}\n', ["a", "b"]),
    ],
)
def test_json_values_on_a_line_are_items_of_their_own(ddbmock, bucket, run_import, line, keys):
    bucket["items.json"] = line
    done = run_import()
    assert (done["ImportStatus"], done["ImportedItemCount"], done["ErrorCount"]) == ("COMPLETED", len(keys), 0)
    assert [item["pk"] for item in ddbmock.table("target").items] == keys


def test_a_broken_value_on_a_line_ends_the_object_after_the_values_before_it(ddbmock, bucket, run_import):
    bucket["items.json"] = '{"Item": {"pk": {"S": "a"}}}{"Item": \n{"Item": {"pk": {"S": "c"}}}'
    done = run_import()
    assert (done["ImportStatus"], done["ImportedItemCount"], done["ErrorCount"]) == ("FAILED", 1, 1)
    [line] = ddbmock.logs["/aws-dynamodb/imports"][done["ImportArn"].split("/")[-1] + "/error"]
    assert json.loads(line.message)["itemS3Pointer"]["itemIndex"] == 1


def test_an_import_without_a_client_token_is_refused_which_sdks_never_send():
    account = Account()
    with pytest.raises(Exception, match="1 validation error detected: Value null at 'clientToken'"):
        account.call(
            "ImportTable",
            S3BucketSource={"S3Bucket": "source"},
            InputFormat="CSV",
            TableCreationParameters={
                "TableName": "target",
                "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            },
        )


def test_a_summary_of_an_export_has_a_type_even_if_the_request_had_none(ddbmock, client):
    ddbmock.create_table("orders", "id", pitr=True)
    arn = client.describe_table(TableName="orders")["Table"]["TableArn"]
    started = client.export_table_to_point_in_time(TableArn=arn, S3Bucket="exports")["ExportDescription"]
    assert "ExportType" not in started
    assert "ExportType" not in client.describe_export(ExportArn=started["ExportArn"])["ExportDescription"]
    assert client.list_exports()["ExportSummaries"][0]["ExportType"] == "FULL_EXPORT"


@pytest.mark.parametrize("rest", ["xyz:us-east-1:000000000000:table/abc", "dynamodb:us-east-1:000000000000:nonsense/x"])
@pytest.mark.parametrize("operation, member", [("describe_export", "ExportArn"), ("describe_import", "ImportArn")])
def test_the_account_of_an_arn_is_compared_first(client, operation, member, rest):
    with pytest.raises(ClientError, match=r"AccessDeniedException.*Access is denied"):
        getattr(client, operation)(**{member: f"arn:aws:{rest}"})


@pytest.mark.parametrize(
    "operation, member, text",
    [("describe_export", "ExportArn", "Invalid Export ARN"), ("describe_import", "ImportArn", "Invalid Import ARN")],
)
@pytest.mark.parametrize(
    "tail", ["dynamodb:us-east-1:123456789012:table/orders", "s3:us-east-1:123456789012:bucket/orders"]
)
def test_another_arn_of_the_callers_account_is_invalid(client, operation, member, text, tail):
    with pytest.raises(ClientError, match=f"ValidationException.*{text}"):
        getattr(client, operation)(**{member: f"arn:aws:{tail}"})


def test_an_empty_prefix_of_an_export_is_refused(ddbmock, client):
    ddbmock.create_table("orders", "id", pitr=True)
    arn = client.describe_table(TableName="orders")["Table"]["TableArn"]
    with pytest.raises(ClientError, match="'s3Prefix' failed to satisfy constraint: Member must have length greater"):
        client.export_table_to_point_in_time(TableArn=arn, S3Bucket="exports", S3Prefix="")


@pytest.mark.parametrize("objects, status", [(3, "COMPLETED"), (4, "FAILED")])
def test_an_import_reads_as_many_objects_as_aws_allows(monkeypatch, bucket, run_import, objects, status):
    monkeypatch.setattr("pytest_ddbmock.archive.imports.MAX_OBJECTS", 3)
    for number in range(objects):
        bucket[f"{number}.json"] = f'{{"Item": {{"pk": {{"S": "{number}"}}}}}}'
    assert run_import()["ImportStatus"] == status
