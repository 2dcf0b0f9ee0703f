"""A table with recovery switched on, a bucket, exports and what they wrote."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError


@pytest.fixture
def client(ddbmock: Any) -> Any:
    """A client that sends whatever it is given."""
    return boto3.client("dynamodb", region_name=ddbmock.region, config=Config(parameter_validation=False))


@pytest.fixture
def orders(ddbmock: Any) -> Any:
    """The table `orders`, made at a whole hour with recovery switched on; time stands still."""
    ddbmock.clock.freeze()
    ddbmock.clock.move_to("2030-01-01T10:00")
    return ddbmock.create_table("orders", "pk", "sk:N", pitr=True)


@pytest.fixture
def bucket(ddbmock: Any) -> Any:
    """The bucket `exports`."""
    return ddbmock.s3["exports"]


@pytest.fixture
def arn(orders: Any, client: Any) -> str:
    """The ARN of `orders`."""
    return client.describe_table(TableName="orders")["Table"]["TableArn"]  # type: ignore[no-any-return]


@pytest.fixture
def put(client: Any) -> Callable[..., None]:
    """Puts an item into `orders`."""

    def put(key: str, number: int = 1, **attributes: Any) -> None:
        client.put_item(TableName="orders", Item={"pk": {"S": key}, "sk": {"N": str(number)}, **attributes})

    return put


@pytest.fixture
def export(client: Any, arn: str, bucket: Any) -> Callable[..., dict[str, Any]]:
    """Exports `orders`; gives the description when it has ended."""

    def export(**more: Any) -> dict[str, Any]:
        params = {"TableArn": arn, "S3Bucket": "exports", **more}
        begun = client.export_table_to_point_in_time(**params)["ExportDescription"]
        assert begun["ExportStatus"] == "IN_PROGRESS"
        return client.describe_export(ExportArn=begun["ExportArn"])["ExportDescription"]  # type: ignore[no-any-return]

    return export


@pytest.fixture
def written(bucket: Any) -> Callable[[dict[str, Any]], list[dict[str, Any]]]:
    """The lines of the data files that the manifests of an export name."""

    def written(description: dict[str, Any]) -> list[dict[str, Any]]:
        summary = json.loads(bucket[description["ExportManifest"]])
        files = [json.loads(line) for line in bucket[summary["manifestFilesS3Key"]].splitlines()]
        lines = [line for file in files for line in gzip.decompress(bucket[file["dataFileS3Key"]]).splitlines()]
        assert len(lines) == summary["itemCount"] == description["ItemCount"]
        return [json.loads(line) for line in lines]

    return written


@pytest.fixture
def refused(client: Any, arn: str, bucket: Any) -> Callable[..., str]:
    """Asks for an export that must be refused; gives `Code: message`."""

    def refused(**more: Any) -> str:
        before = client.list_exports()["ExportSummaries"]
        with pytest.raises(ClientError) as caught:
            client.export_table_to_point_in_time(**{"TableArn": arn, "S3Bucket": "exports", **more})
        assert client.list_exports()["ExportSummaries"] == before
        assert list(bucket) == []
        error = caught.value.response["Error"]
        return f"{error['Code']}: {error['Message']}"

    return refused
