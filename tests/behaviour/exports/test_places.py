"""Where the objects live: memory, folders, S3 behind a client, moto's S3; what reads them there."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import boto3
import pytest

from pytest_ddbmock import NotImplementedByMock, UsageError, mock_dynamodb

CSV = "id,name,capital\n1,France,Paris\n2,Japan,Tokyo\n3,Kiribati,\n"
DEFINITION = {
    "TableName": "countries",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "N"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def import_countries(bucket: str) -> dict[str, Any]:
    """What an application does: import a CSV object and look how it went."""
    client = boto3.client("dynamodb", "us-east-1")
    begun = client.import_table(
        S3BucketSource={"S3Bucket": bucket, "S3KeyPrefix": "countries"},
        InputFormat="CSV",
        TableCreationParameters=DEFINITION,
    )["ImportTableDescription"]
    return client.describe_import(ImportArn=begun["ImportArn"])["ImportTableDescription"]


def export_countries(bucket: str, **more: Any) -> dict[str, Any]:
    """What an application does: switch recovery on, export, and look how it went."""
    client = boto3.client("dynamodb", "us-east-1")
    client.update_continuous_backups(
        TableName="countries", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    arn = client.describe_table(TableName="countries")["Table"]["TableArn"]
    begun = client.export_table_to_point_in_time(TableArn=arn, S3Bucket=bucket, **more)["ExportDescription"]
    return client.describe_export(ExportArn=begun["ExportArn"])["ExportDescription"]


def data_files(s3: Any, bucket: str, description: dict[str, Any]) -> list[bytes]:
    """What an application does: follow the manifests to the data files."""

    def read(key: str) -> bytes:
        return s3.get_object(Bucket=bucket, Key=key)["Body"].read()

    summary = json.loads(read(description["ExportManifest"]))
    files = [json.loads(line) for line in read(summary["manifestFilesS3Key"]).splitlines()]
    return [read(file["dataFileS3Key"]) for file in files]


# ---- memory


def test_a_bucket_in_memory_is_a_mapping(ddbmock):
    bucket = ddbmock.s3["some-bucket"]
    bucket["b"] = b"\x00"
    bucket["a"] = "é"
    assert list(bucket) == ["a", "b"]
    assert bucket["a"] == "é".encode()
    assert "b" in bucket and "c" not in bucket
    assert ddbmock.s3["some-bucket"].keys() == bucket.keys()
    del bucket["b"]
    assert dict(bucket) == {"a": "é".encode()}
    for act in (lambda: bucket["b"], lambda: bucket.pop("b")):
        with pytest.raises(KeyError):
            act()


def test_what_is_no_bucket_or_object_is_refused(ddbmock):
    with pytest.raises(UsageError, match="invalid bucket name"):
        ddbmock.s3["../etc"]
    with pytest.raises(UsageError, match="an object is bytes or text"):
        ddbmock.s3["some-bucket"]["a"] = 5  # type: ignore[assignment]
    with pytest.raises(UsageError, match="neither an S3 client"):
        ddbmock.s3.use(object())
    with pytest.raises(UsageError, match="use a CloudWatch Logs client"):
        ddbmock.logs.send_to(object())
    with pytest.raises(UsageError, match='nothing was logged into "/aws-dynamodb/imports"'):
        ddbmock.logs["/aws-dynamodb/imports"]


def test_buckets_of_a_mock_are_its_own_and_those_around_it_can_be_read():
    with mock_dynamodb() as outer:
        outer.s3["shared"]["countries.csv"] = CSV
        with mock_dynamodb() as inner:
            assert list(inner.s3["shared"]) == []
        assert import_countries("shared")["ImportStatus"] == "COMPLETED"


def test_a_mock_that_joins_another_begins_with_its_buckets(project):
    project.makeconftest(
        """
        import pytest
        from pytest_ddbmock import mock_dynamodb

        @pytest.fixture(scope="session", autouse=True)
        def around():
            with mock_dynamodb() as ddb:
                ddb.s3["shared"]["x"] = b"1"
                yield ddb
        """
    )
    project.makepyfile(
        """
        def test_first(ddbmock):
            assert dict(ddbmock.s3["shared"]) == {"x": b"1"}
            ddbmock.s3["shared"]["y"] = b"2"

        def test_second(ddbmock):
            assert dict(ddbmock.s3["shared"]) == {"x": b"1"}
        """
    )
    project.runpytest().assert_outcomes(passed=2)


# ---- folders


def test_exports_into_a_folder_are_files(ddbmock, tmp_path):
    ddbmock.s3.use(tmp_path)
    ddbmock.s3["data"]["countries.csv"] = CSV
    assert (tmp_path / "data" / "countries.csv").read_text() == CSV
    assert import_countries("data")["ImportedItemCount"] == 3
    description = export_countries("data", S3Prefix="out")
    assert (tmp_path / "data" / description["ExportManifest"]).exists()
    assert description["ExportManifest"] in ddbmock.s3["data"]


def test_a_folder_holds_no_object_outside_of_it(ddbmock, tmp_path):
    ddbmock.s3.use(tmp_path)
    bucket = ddbmock.s3["data"]
    for key in ("../x", "a/../../x", "/x", "a//x", ".", "a\0b"):
        with pytest.raises(UsageError, match="A folder cannot hold"):
            bucket[key] = b""
    ddbmock.create_table("countries", "id")
    description = export_countries("data", S3Prefix="../up")
    assert (description["ExportStatus"], description["FailureCode"]) == ("FAILED", "S3InvalidArgument")
    assert [path.name for path in tmp_path.rglob("*")] == ["data"]


def test_a_bucket_that_is_no_folder_is_not_there(ddbmock, tmp_path):
    ddbmock.s3.use(str(tmp_path))
    assert import_countries("missing")["FailureCode"] == "S3NoSuchBucket"


def test_the_option_names_a_folder(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "countries.csv").write_text(CSV)
    with mock_dynamodb(s3=str(tmp_path)) as ddb:
        assert import_countries("data")["ImportStatus"] == "COMPLETED"
        assert len(ddb.table("countries")) == 3


def test_sql_reads_an_export_from_its_folder(ddbmock, tmp_path):
    duckdb = pytest.importorskip("duckdb")
    ddbmock.s3.use(tmp_path)
    ddbmock.s3["data"]["countries.csv"] = CSV
    import_countries("data")
    description = export_countries("data")
    folder = tmp_path / "data" / description["ExportManifest"].rpartition("/")[0] / "data"
    rows = duckdb.sql(
        f"SELECT Item.id.N::INT AS id, Item.name.S AS name FROM read_json_auto('{folder}/*.json.gz') ORDER BY id"
    ).fetchall()
    assert rows == [(1, "France"), (2, "Japan"), (3, "Kiribati")]


# ---- clients


class OneBucket:
    """A client of S3 that is nothing but objects in a dict."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.asked: list[dict[str, Any]] = []

    def put_object(self, **params: Any) -> dict[str, Any]:
        self.asked.append({name: value for name, value in params.items() if name != "Body"})
        self.objects[params["Key"]] = params["Body"]
        return {"ETag": '"tag"'}

    def get_object(self, **params: Any) -> dict[str, Any]:
        return {"Body": io.BytesIO(self.objects[params["Key"]])}

    def list_objects_v2(self, **params: Any) -> dict[str, Any]:
        # One key on a page.
        keys = sorted(key for key in self.objects if key.startswith(params.get("Prefix", "")))
        start = int(params.get("ContinuationToken", 0))
        page: dict[str, Any] = {"Contents": [{"Key": key} for key in keys[start : start + 1]]}
        if len(keys) > start + 1:
            page |= {"IsTruncated": True, "NextContinuationToken": str(start + 1)}
        return page


def test_a_client_of_the_users_is_used(ddbmock):
    client = OneBucket()
    client.objects = {"countries-1": b"id\n1\n", "countries-2": b"id\n2\n", "countries-3": b"id\n3\n"}
    ddbmock.s3.use(client)
    assert import_countries("any")["ImportedItemCount"] == 3
    key = "arn:aws:kms:us-east-1:123456789012:key/abc"
    description = export_countries("any", S3SseAlgorithm="KMS", S3SseKmsKeyId=key, S3BucketOwner="123456789012")
    assert description["ExportStatus"] == "COMPLETED"
    assert {(one["ServerSideEncryption"], one["SSEKMSKeyId"]) for one in client.asked} == {("aws:kms", key)}
    assert {one["ExpectedBucketOwner"] for one in client.asked} == {"123456789012"}
    [files] = [body for key, body in client.objects.items() if key.endswith("manifest-files.json")]
    assert {json.loads(line)["etag"] for line in files.splitlines()} == {"tag"}


def test_the_engine_is_free_while_a_client_is_asked(ddbmock):
    seen = []

    class Curious(OneBucket):
        def put_object(self, **params: Any) -> dict[str, Any]:
            seen.append(boto3.client("dynamodb", "us-east-1").list_tables()["TableNames"])
            return super().put_object(**params)

    ddbmock.create_table("countries", "id")
    ddbmock.s3.use(Curious())
    assert export_countries("any")["ExportStatus"] == "COMPLETED"
    assert seen == [["countries"]] * 9


def test_what_is_not_served_is_refused_before_anything_is_written(ddbmock):
    encryption = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/mine"}
    with pytest.raises(NotImplementedByMock, match=r"SSESpecification\.KMSMasterKeyId"):
        boto3.client("dynamodb", "us-east-1").import_table(
            S3BucketSource={"S3Bucket": "data"},
            InputFormat="CSV",
            TableCreationParameters={**DEFINITION, "SSESpecification": encryption},
        )
    ddbmock.unsupported.clear()
    assert len(ddbmock.tables) == 0


# ---- moto


@pytest.fixture
def s3() -> Any:
    """A client of moto's S3 with the bucket `data`."""
    moto = pytest.importorskip("moto")
    with moto.mock_aws():
        client = boto3.client("s3", "us-east-1")
        client.create_bucket(Bucket="data")
        yield client


def test_an_application_uploads_imports_exports_and_reads_with_boto3(s3, ddbmock):
    s3.put_object(Bucket="data", Key="countries.csv", Body=CSV)

    assert import_countries("data")["ImportedItemCount"] == 3
    description = export_countries("data", S3Prefix="exports")

    assert description["ExportStatus"] == "COMPLETED"
    lines = [line for body in data_files(s3, "data", description) for line in gzip.decompress(body).splitlines()]
    assert sorted(json.loads(line)["Item"]["name"]["S"] for line in lines) == ["France", "Japan", "Kiribati"]
    assert description["ExportManifest"] in ddbmock.s3["data"]
    head = s3.head_object(Bucket="data", Key=description["ExportManifest"])
    assert head["ServerSideEncryption"] == "AES256"


def test_a_columnar_reader_reads_an_export(s3, ddbmock):
    pyarrow = pytest.importorskip("pyarrow")
    arrow_json = pytest.importorskip("pyarrow.json")
    s3.put_object(Bucket="data", Key="countries.csv", Body=CSV)
    import_countries("data")
    body = b"".join(gzip.decompress(one) for one in data_files(s3, "data", export_countries("data")))

    table = arrow_json.read_json(pyarrow.py_buffer(body)).flatten().flatten()

    assert sorted(zip(table["Item.id.N"].to_pylist(), table["Item.name.S"].to_pylist(), strict=True)) == [
        ("1", "France"),
        ("2", "Japan"),
        ("3", "Kiribati"),
    ]


def test_an_export_is_imported_again_from_moto(s3, ddbmock):
    s3.put_object(Bucket="data", Key="countries.csv", Body=CSV)
    import_countries("data")
    prefix = export_countries("data")["ExportManifest"].rpartition("/")[0] + "/data/"
    client = boto3.client("dynamodb", "us-east-1")
    client.import_table(
        S3BucketSource={"S3Bucket": "data", "S3KeyPrefix": prefix},
        InputFormat="DYNAMODB_JSON",
        InputCompressionType="GZIP",
        TableCreationParameters={**DEFINITION, "TableName": "copy"},
    )
    assert ddbmock.table("copy").items == ddbmock.table("countries").items


@pytest.mark.ddbmock(pace=60)
def test_an_import_from_moto_is_cancelled_when_its_object_goes(s3, ddbmock):
    s3.put_object(Bucket="data", Key="countries.csv", Body=CSV)
    arn = import_countries("data")["ImportArn"]
    ddbmock.clock.tick(seconds=30)
    client = boto3.client("dynamodb", "us-east-1")
    assert client.describe_table(TableName="countries")["Table"]["TableStatus"] == "CREATING"
    s3.delete_object(Bucket="data", Key="countries.csv")
    ddbmock.clock.tick(seconds=60)
    assert client.describe_import(ImportArn=arn)["ImportTableDescription"]["ImportStatus"] == "CANCELLED"


def test_a_bucket_that_moto_does_not_have_is_not_there(s3, ddbmock):
    assert import_countries("nowhere")["FailureCode"] == "S3NoSuchBucket"
    ddbmock.create_table("countries", "id")
    assert export_countries("nowhere")["FailureCode"] == "S3NoSuchBucket"
    with pytest.raises(UsageError, match="NoSuchBucket"):
        list(ddbmock.s3["nowhere"])


@pytest.mark.ddbmock(s3="memory")
def test_the_option_keeps_exports_in_memory_under_moto(s3, ddbmock):
    ddbmock.s3["data"]["countries.csv"] = CSV
    assert import_countries("data")["ImportedItemCount"] == 3
    assert "Contents" not in s3.list_objects_v2(Bucket="data")


@pytest.mark.ddbmock(s3="botocore")
def test_the_option_sends_exports_through_botocore(s3, ddbmock):
    s3.put_object(Bucket="data", Key="countries.csv", Body=CSV)
    assert import_countries("data")["ImportedItemCount"] == 3


def test_errors_are_logged_into_motos_cloudwatch(s3, ddbmock):
    pytest.importorskip("moto.logs")
    logs = boto3.client("logs", "us-east-1")
    ddbmock.logs.send_to(logs)
    s3.put_object(Bucket="data", Key="countries.csv", Body="id\none\n2\n")
    arn = import_countries("data")["ImportArn"]
    events = logs.get_log_events(logGroupName="/aws-dynamodb/imports", logStreamName=f"{arn.rpartition('/')[2]}/error")[
        "events"
    ]
    assert [json.loads(event["message"])["itemS3Pointer"]["itemIndex"] for event in events] == [0]
    assert len(ddbmock.logs["/aws-dynamodb/imports"]) == 1
