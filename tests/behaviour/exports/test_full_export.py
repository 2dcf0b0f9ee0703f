"""Full exports: what they write and where, what they tell."""

from __future__ import annotations

import base64
import datetime
import gzip
import hashlib
import json
import re

import pytest

UTC = datetime.timezone.utc


def md5(body: bytes) -> str:
    return base64.b64encode(hashlib.md5(body).digest()).decode()


def by_key(lines: list[dict]) -> list[dict]:
    return sorted(lines, key=lambda line: line["Item"]["pk"]["S"])


def test_an_export_holds_every_item_as_dynamodb_json(put, export, written):
    put("a", note={"S": "déjà vu\n"}, image={"B": b"\x00\x01"})
    put("b", 2, flags={"M": {"on": {"BOOL": True}, "off": {"NULL": True}}}, sizes={"NS": ["1", "2.5"]})

    lines = written(export())

    assert by_key(lines) == [
        {"Item": {"pk": {"S": "a"}, "sk": {"N": "1"}, "note": {"S": "déjà vu\n"}, "image": {"B": "AAE="}}},
        {
            "Item": {
                "pk": {"S": "b"},
                "sk": {"N": "2"},
                "flags": {"M": {"on": {"BOOL": True}, "off": {"NULL": True}}},
                "sizes": {"NS": ["1", "2.5"]},
            }
        },
    ]


def test_objects_lie_where_dynamodb_puts_them(put, export, bucket):
    put("a")

    arn = export()["ExportArn"]

    own = f"AWSDynamoDB/{arn.rpartition('/')[2]}"
    names = [re.sub(r"/data/[a-z2-7]{26}\.json\.gz$", "/data/*", key) for key in bucket]
    assert names == [
        f"{own}/_started",
        *[f"{own}/data/*"] * 4,
        f"{own}/manifest-files.json",
        f"{own}/manifest-files.md5",
        f"{own}/manifest-summary.json",
        f"{own}/manifest-summary.md5",
    ]
    assert bucket[f"{own}/_started"] == b""


def test_a_prefix_stands_before_every_key(export, bucket):
    description = export(S3Prefix="2030/jan")
    assert all(key.startswith("2030/jan/AWSDynamoDB/0") for key in bucket)
    assert description["S3Prefix"] == "2030/jan"
    assert description["ExportManifest"] in bucket


def test_checksums_and_counts_of_the_manifests_are_right(put, export, bucket):
    for number in range(20):
        put(f"key {number}")
    description = export()

    own = description["ExportManifest"].rpartition("/")[0]
    for name in ("manifest-summary", "manifest-files"):
        assert bucket[f"{own}/{name}.md5"] == md5(bucket[f"{own}/{name}.json"]).encode()
    files = [json.loads(line) for line in bucket[f"{own}/manifest-files.json"].splitlines()]
    assert [set(file) for file in files] == [{"itemCount", "md5Checksum", "etag", "dataFileS3Key"}] * 4
    for file in files:
        body = bucket[file["dataFileS3Key"]]
        assert file["md5Checksum"] == md5(body)
        assert file["etag"] == hashlib.md5(hashlib.md5(body).digest()).hexdigest() + "-1"
        assert file["itemCount"] == len(gzip.decompress(body).splitlines())
    assert sum(file["itemCount"] for file in files) == 20


def test_the_summary_says_what_was_exported(put, export, bucket, arn, ddbmock):
    put("a")
    ddbmock.clock.tick(minutes=10)
    description = export(ExportTime=datetime.datetime(2030, 1, 1, 10, 2, tzinfo=UTC))
    summary = json.loads(bucket[description["ExportManifest"]])
    assert summary == {
        "version": "2020-06-30",
        "exportArn": description["ExportArn"],
        "startTime": "2030-01-01T10:10:00.000Z",
        "endTime": "2030-01-01T10:10:00.000Z",
        "tableArn": arn,
        "tableId": description["TableId"],
        "exportTime": "2030-01-01T10:02:00.000Z",
        "s3Bucket": "exports",
        "s3Prefix": None,
        "s3SseAlgorithm": "AES256",
        "s3SseKmsKeyId": None,
        "manifestFilesS3Key": f"AWSDynamoDB/{description['ExportArn'].rpartition('/')[2]}/manifest-files.json",
        "billedSizeBytes": description["BilledSizeBytes"],
        "itemCount": 1,
        "outputFormat": "DYNAMODB_JSON",
    }


def test_an_export_shows_the_table_as_it_was_at_its_time(put, client, export, written, ddbmock):
    put("a", state={"S": "before"})
    ddbmock.clock.tick(minutes=1)
    then = ddbmock.clock.now
    ddbmock.clock.tick(minutes=10)
    put("a", state={"S": "after"})
    put("b")

    [line] = written(export(ExportTime=then))

    assert line["Item"]["state"] == {"S": "before"}
    assert len(written(export())) == 2


def test_an_export_time_without_a_fraction_means_the_end_of_its_second(put, export, written, ddbmock):
    ddbmock.clock.tick(minutes=1)
    put("first")
    ddbmock.clock.tick(milliseconds=999)
    put("same second")
    ddbmock.clock.tick(milliseconds=1)
    put("next second")
    ddbmock.clock.tick(minutes=10)

    lines = written(export(ExportTime=datetime.datetime(2030, 1, 1, 10, 1, tzinfo=UTC)))

    assert [line["Item"]["pk"]["S"] for line in by_key(lines)] == ["first", "same second"]


def test_the_answer_and_the_description_tell_the_same_export(client, arn, bucket, ddbmock):
    begun = client.export_table_to_point_in_time(TableArn=arn, S3Bucket="exports", ClientToken="token")
    description = begun["ExportDescription"]
    now = datetime.datetime(2030, 1, 1, 10, tzinfo=UTC)
    table_id = client.describe_table(TableName="orders")["Table"]["TableId"]
    assert re.fullmatch(re.escape(arn) + r"/export/0[0-9]{13}-[0-9a-f]{8}", description["ExportArn"])
    assert description == {
        "ExportArn": description["ExportArn"],
        "ExportStatus": "IN_PROGRESS",
        "StartTime": now,
        "TableArn": arn,
        "TableId": table_id,
        "ExportTime": now,
        "ClientToken": "token",
        "S3Bucket": "exports",
        "S3SseAlgorithm": "AES256",
        "ExportFormat": "DYNAMODB_JSON",
    }
    ended = client.describe_export(ExportArn=description["ExportArn"])["ExportDescription"]
    assert ended == {
        **description,
        "ExportStatus": "COMPLETED",
        "EndTime": now,
        "ExportManifest": ended["ExportManifest"],
        "ItemCount": 0,
        "BilledSizeBytes": 0,
    }


def test_what_is_asked_for_is_told(export):
    key = "arn:aws:kms:us-east-1:123456789012:key/abc"
    description = export(
        ExportType="FULL_EXPORT", S3SseAlgorithm="KMS", S3SseKmsKeyId=key, S3BucketOwner="123456789012"
    )
    assert description["ExportStatus"] == "COMPLETED"
    assert description["ExportType"] == "FULL_EXPORT"
    assert (description["S3SseAlgorithm"], description["S3SseKmsKeyId"]) == ("KMS", key)
    assert description["S3BucketOwner"] == "123456789012"


def test_an_export_is_there_when_the_call_returns(client, arn, bucket):
    client.export_table_to_point_in_time(TableArn=arn, S3Bucket="exports")
    assert [key for key in bucket if key.endswith("manifest-summary.json")]


@pytest.mark.ddbmock(pace=60)
def test_an_export_takes_as_long_as_the_pace_says(client, arn, bucket, put, ddbmock):
    ddbmock.clock.tick(minutes=5)
    put("exported")
    begun = client.export_table_to_point_in_time(TableArn=arn, S3Bucket="exports")["ExportDescription"]
    put("too late")
    ddbmock.clock.tick(seconds=59)
    assert list(bucket) == []
    ddbmock.clock.tick(seconds=1)
    description = client.describe_export(ExportArn=begun["ExportArn"])["ExportDescription"]
    assert description["ExportStatus"] == "COMPLETED"
    assert description["EndTime"] - description["StartTime"] == datetime.timedelta(seconds=60)
    assert description["ItemCount"] == 1


def test_an_export_reads_no_capacity_and_changes_nothing(put, export, orders, ddbmock):
    put("a")
    before = orders.items
    export()
    assert orders.items == before
    assert ddbmock.calls[-2].operation == "ExportTableToPointInTime"
    assert ddbmock.calls[-2].units == 0


def test_a_provisioned_table_has_the_partitions_that_its_capacity_needs(client, ddbmock, bucket):
    ddbmock.create_table("small", "pk", billing=(5, 5), pitr=True)
    arn = client.describe_table(TableName="small")["Table"]["TableArn"]
    client.export_table_to_point_in_time(TableArn=arn, S3Bucket="exports")
    assert len([key for key in bucket if "/data/" in key]) == 1


def test_items_with_one_partition_key_lie_in_one_file(put, export, bucket):
    for number in range(10):
        put("the same", number)
    export()
    counts = [len(gzip.decompress(bucket[key]).splitlines()) for key in bucket if "/data/" in key]
    assert sorted(counts) == [0, 0, 0, 10]


def test_an_ion_export_is_text_with_a_version_marker_on_each_line(put, export, bucket):
    put(
        "a",
        103,
        title={"S": 'Book\n"1"'},
        price={"N": "1.50"},
        pages={"N": "600"},
        zero={"N": "0"},
        cover={"B": b"\x00\x01"},
        sold={"BOOL": False},
        nothing={"NULL": True},
        tags={"SS": ["x", "y"]},
        sizes={"NS": ["1", "20"]},
        blobs={"BS": [b"a"]},
        more={"L": [{"M": {"a b": {"S": "it's"}, "null": {"N": "-1"}}}]},
    )
    description = export(ExportFormat="ION")
    files = [key for key in bucket if "/data/" in key]
    assert all(key.endswith(".ion.gz") for key in files)
    assert b"".join(gzip.decompress(bucket[key]) for key in files).decode() == (
        '$ion_1_0 {Item:{pk:"a",sk:103.,title:"Book\\n\\"1\\"",price:1.5,pages:6d2,zero:0.,cover:{{AAE=}},sold:false,'
        'nothing:null,tags:$dynamodb_SS::["x","y"],sizes:$dynamodb_NS::[1.,2d1],blobs:$dynamodb_BS::[{{YQ==}}],'
        "more:[{'a b':\"it's\",'null':-1.}]}}\n"
    )
    assert json.loads(bucket[description["ExportManifest"]])["outputFormat"] == "ION"


def test_an_export_outlives_its_table_and_its_list_does_not(client, arn, export):
    description = export()
    assert [one["ExportArn"] for one in client.list_exports(TableArn=arn)["ExportSummaries"]] == [
        description["ExportArn"]
    ]
    client.delete_table(TableName="orders")
    assert client.describe_export(ExportArn=description["ExportArn"])["ExportDescription"] == description
    assert client.list_exports(TableArn=arn)["ExportSummaries"] == []


def test_exports_are_forgotten_after_ninety_days(client, export, ddbmock):
    arn = export()["ExportArn"]
    ddbmock.clock.tick(days=89)
    assert client.describe_export(ExportArn=arn)
    ddbmock.clock.tick(days=1)
    with pytest.raises(client.exceptions.ExportNotFoundException):
        client.describe_export(ExportArn=arn)
    assert client.list_exports()["ExportSummaries"] == []


def test_exports_are_listed_by_pages_newest_first(client, export, ddbmock):
    arns = []
    for _ in range(5):
        arns.insert(0, export(ExportType="FULL_EXPORT")["ExportArn"])
        ddbmock.clock.tick(seconds=1)
    found, more = [], {}
    while True:
        answer = client.list_exports(MaxResults=2, **more)
        found += answer["ExportSummaries"]
        if "NextToken" not in answer:
            break
        more = {"NextToken": answer["NextToken"]}
    assert found == [{"ExportArn": arn, "ExportStatus": "COMPLETED", "ExportType": "FULL_EXPORT"} for arn in arns]
    with pytest.raises(client.exceptions.ClientError, match="Invalid Request: Provided nextToken is invalid: abc"):
        client.list_exports(NextToken="abc")


def test_exports_of_several_tables_are_listed_in_descending_order_of_their_arns(client, export, ddbmock):
    ddbmock.create_table("later-in-time-earlier-in-the-alphabet", "pk", pitr=True)
    first = export()["ExportArn"]
    arn = client.describe_table(TableName="later-in-time-earlier-in-the-alphabet")["Table"]["TableArn"]
    ddbmock.clock.tick(seconds=1)
    second = export(TableArn=arn)["ExportArn"]
    assert [one["ExportArn"] for one in client.list_exports()["ExportSummaries"]] == [first, second]
    assert [one["ExportArn"] for one in client.list_exports(TableArn=arn)["ExportSummaries"]] == [second]
