"""Arbitrary items leave a table and come back as they were, in each format and compression."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ddbmock.archive.bucket import MemoryBucket, MemoryBuckets
from pytest_ddbmock.archive.external_services import ExternalServices
from pytest_ddbmock.values.numbers import canonical
from tests.support.accounts import Account

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NAMES = st.one_of(
    st.sampled_from(["null", "true", "a b", "$1", "it's", 'say "x"', "_", "nan", "é"]),
    TEXTS.filter(bool),
)
DIGITS = st.integers(-(10**38) + 1, 10**38 - 1)
NUMBERS = st.builds("{}e{}".format, DIGITS, st.integers(-130, 87)).map(canonical)
BYTES = st.binary(max_size=8)

SCALARS = st.one_of(
    TEXTS.map(lambda text: {"S": text}),
    NUMBERS.map(lambda number: {"N": number}),
    BYTES.map(lambda data: {"B": data}),
    st.booleans().map(lambda truth: {"BOOL": truth}),
    st.just({"NULL": True}),
    st.sets(TEXTS, min_size=1, max_size=3).map(lambda texts: {"SS": sorted(texts)}),
    st.sets(NUMBERS, min_size=1, max_size=3).map(lambda numbers: {"NS": sorted(numbers)}),
    st.sets(BYTES, min_size=1, max_size=3).map(lambda blobs: {"BS": sorted(blobs)}),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda values: {"L": values}),
        st.dictionaries(NAMES, inner, max_size=3).map(lambda values: {"M": values}),
    ),
    max_leaves=6,
)
CELLS = TEXTS.map(lambda text: text.replace("\r", "").replace("\0", ""))
"""Python does not put a carriage return into quotes, where it may meet the newline behind it; 3.10 writes no NUL."""

ITEMS = st.lists(st.tuples(TEXTS.filter(bool), NUMBERS, st.dictionaries(NAMES, VALUES, max_size=4)), max_size=5).map(
    lambda rows: [{**more, "pk": {"S": pk}, "sk": {"N": sk}} for pk, sk, more in rows]
)

DEFINITION = {
    "TableName": "copy",
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "N"},
    ],
    "KeySchema": [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ],
    "BillingMode": "PAY_PER_REQUEST",
}


def compressor(name: str) -> Callable[[bytes], bytes]:
    if name == "GZIP":
        return gzip.compress
    if name == "ZSTD":
        compress: Callable[[bytes], bytes] = pytest.importorskip("zstandard").ZstdCompressor().compress
        return compress
    return bytes


def copied(items: list[dict[str, Any]], format: str, compression: str) -> tuple[Any, Any]:
    """The items of a table and of its copy, the one exported, the other imported."""
    compress = compressor(compression)
    account = Account()
    outside = account.engine.state(ExternalServices)
    outside.buckets = buckets = MemoryBuckets()
    buckets.named["exports"] = bucket = MemoryBucket("123456789012")
    account.call("CreateTable", **{**DEFINITION, "TableName": "table"})
    account.engine.run_due()
    table = account.table("table")
    enabled = {"PointInTimeRecoveryEnabled": True}
    account.call("UpdateContinuousBackups", TableName="table", PointInTimeRecoverySpecification=enabled)
    for item in items:
        account.call("PutItem", TableName="table", Item=item)
    arn = account.call("ExportTableToPointInTime", TableArn=table.arn, S3Bucket="exports", ExportFormat=format)[
        "ExportDescription"
    ]["ExportArn"]
    told = account.call("DescribeExport", ExportArn=arn)["ExportDescription"]
    assert (told["ExportStatus"], told["ItemCount"]) == ("COMPLETED", len(table))
    for key in bucket.keys(""):
        if "/data/" in key:
            bucket.put("in/" + key.rpartition("/")[2], compress(gzip.decompress(bucket.get(key))))
    arn = account.call(
        "ImportTable",
        ClientToken="import-1",
        S3BucketSource={"S3Bucket": "exports", "S3KeyPrefix": "in/"},
        InputFormat=format,
        InputCompressionType=compression,
        TableCreationParameters=DEFINITION,
    )["ImportTableDescription"]["ImportArn"]
    told = account.call("DescribeImport", ImportArn=arn)["ImportTableDescription"]
    assert (told["ImportStatus"], told["ImportedItemCount"]) == ("COMPLETED", len(table)), told
    account.table("copy").check()
    return table.items(), account.table("copy").items()


@pytest.mark.parametrize("compression", ["NONE", "GZIP", "ZSTD"])
@given(items=ITEMS)
@settings(max_examples=40, deadline=None)
def test_dynamodb_json_comes_back_as_it_was(compression, items):
    before, after = copied(items, "DYNAMODB_JSON", compression)
    assert after == before


@pytest.mark.parametrize("compression", ["NONE", "GZIP", "ZSTD"])
@given(items=ITEMS)
@settings(max_examples=40, deadline=None)
def test_ion_comes_back_as_it_was(compression, items):
    pytest.importorskip("amazon.ion")
    before, after = copied(items, "ION", compression)
    assert after == before


@given(
    rows=st.lists(st.tuples(CELLS.filter(bool), CELLS, CELLS), max_size=5),
    delimiter=st.sampled_from(",;:|\t "),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
@settings(max_examples=150, deadline=None)
def test_what_python_writes_as_csv_is_imported(rows, delimiter, end, quoting):
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow(["pk", "v", "w"])
    writer.writerows(rows)
    account = Account()
    buckets = account.engine.state(ExternalServices).buckets = MemoryBuckets()
    bucket = buckets.named["in"] = MemoryBucket("123456789012")
    bucket.put("rows.csv", text.getvalue().encode())

    account.call(
        "ImportTable",
        ClientToken="import-2",
        S3BucketSource={"S3Bucket": "in"},
        InputFormat="CSV",
        InputFormatOptions={"Csv": {"Delimiter": delimiter}},
        TableCreationParameters={
            **DEFINITION,
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        },
    )

    [told] = account.call("ListImports")["ImportSummaryList"]
    assert told["ImportStatus"] == "COMPLETED"
    expected = {}
    for pk, v, w in rows:
        expected[pk] = {"pk": ("S", pk), **({"v": ("S", v)} if v else {}), **({"w": ("S", w)} if w else {})}
    assert account.table("copy").items() == [expected[pk] for pk in sorted(expected)]
