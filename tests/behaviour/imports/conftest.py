"""A bucket with objects, imports and what they made."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

DEFINITION = {
    "TableName": "target",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


@pytest.fixture
def client(ddbmock: Any) -> Any:
    """A client that sends whatever it is given."""
    return boto3.client("dynamodb", region_name=ddbmock.region, config=Config(parameter_validation=False))


@pytest.fixture
def bucket(ddbmock: Any) -> Any:
    """The bucket `source`."""
    return ddbmock.s3["source"]


@pytest.fixture
def params(bucket: Any) -> Callable[..., dict[str, Any]]:
    """ImportTable's parameters for DynamoDB JSON into the table `target`, with changes."""

    def params(prefix: str | None = None, table: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        source = {"S3Bucket": "source"} if prefix is None else {"S3Bucket": "source", "S3KeyPrefix": prefix}
        return {
            "S3BucketSource": source,
            "InputFormat": "DYNAMODB_JSON",
            "TableCreationParameters": {**DEFINITION, **(table or {})},
            **more,
        }

    return params


@pytest.fixture
def run_import(client: Any, params: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Imports; gives the description when it has ended."""

    def run_import(*given: Any, **more: Any) -> dict[str, Any]:
        begun = client.import_table(**params(*given, **more))["ImportTableDescription"]
        assert begun["ImportStatus"] == "IN_PROGRESS"
        return client.describe_import(ImportArn=begun["ImportArn"])["ImportTableDescription"]  # type: ignore[no-any-return]

    return run_import


@pytest.fixture
def logged(ddbmock: Any) -> Callable[[dict[str, Any]], list[dict[str, Any]]]:
    """The error log of an import, read."""

    def logged(description: dict[str, Any]) -> list[dict[str, Any]]:
        stream = f"{description['ImportArn'].rpartition('/')[2]}/error"
        return [json.loads(event.message) for event in ddbmock.logs["/aws-dynamodb/imports"][stream]]

    return logged


@pytest.fixture
def refused(client: Any, params: Callable[..., dict[str, Any]]) -> Callable[..., str]:
    """Asks for an import that must be refused; gives `Code: message`."""

    def refused(*given: Any, **more: Any) -> str:
        before = client.list_tables()["TableNames"], client.list_imports()["ImportSummaryList"]
        with pytest.raises(ClientError) as caught:
            client.import_table(**params(*given, **more))
        assert (client.list_tables()["TableNames"], client.list_imports()["ImportSummaryList"]) == before
        error = caught.value.response["Error"]
        return f"{error['Code']}: {error['Message']}"

    return refused
