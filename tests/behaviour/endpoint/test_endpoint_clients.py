"""Real clients in processes of their own: boto3, the AWS CLI, the AWS SDK for JavaScript.

The AWS CLI is found on the path or at DDBMOCK_AWS_CLI, the SDK in the folder `node_modules` that DDBMOCK_NODE_MODULES
names; where they are not, their tests are skipped.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_ddbmock.engine.request import DYNAMODB
from pytest_ddbmock.operations import OPERATIONS

HERE = Path(__file__).parent
HAS_TRANSACTIONS = (DYNAMODB, "TransactWriteItems") in OPERATIONS
HAS_PARTIQL = (DYNAMODB, "ExecuteStatement") in OPERATIONS


def run(command: list[str], environment: dict[str, str], folder: Path) -> str:
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr or done.stdout
    return done.stdout


def checks(ddbmock: Any) -> None:
    """What each client's session must have left behind."""
    orders = ddbmock.table("orders")
    left = {"ada": 25, "bob": 7}
    if HAS_TRANSACTIONS:
        left["eve"] = 1
    if HAS_PARTIQL:
        left["dan"] = 3
    assert {item["customer"]: item["total"] for item in orders.items} == left


# ---- boto3

BOTO3 = """
import boto3, sys
from botocore.exceptions import ClientError

has_transactions, has_partiql = (word == "True" for word in sys.argv[1:])
db = boto3.client("dynamodb")
db.create_table(
    TableName="orders", BillingMode="PAY_PER_REQUEST",
    KeySchema=[{"AttributeName": "customer", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "customer", "AttributeType": "S"}],
    StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
)
db.get_waiter("table_exists").wait(TableName="orders")
orders = boto3.resource("dynamodb").Table("orders")
with orders.batch_writer() as batch:
    batch.put_item(Item={"customer": "ada", "total": 25, "blob": b"\\x00\\xff"})
    batch.put_item(Item={"customer": "bob", "total": 7})
assert orders.get_item(Key={"customer": "ada"})["Item"]["blob"].value == b"\\x00\\xff"
try:
    orders.put_item(Item={"customer": "ada"}, ConditionExpression="attribute_not_exists(customer)")
except db.exceptions.ConditionalCheckFailedException as error:
    assert error.response["Error"]["Message"] == "The conditional request failed"
else:
    raise AssertionError("the condition has been ignored")
pages = db.get_paginator("scan").paginate(TableName="orders", PaginationConfig={"PageSize": 1})
assert {item["customer"]["S"] for page in pages for item in page["Items"]} == {"ada", "bob"}
if has_transactions:
    key, total = {"customer": {"S": "eve"}}, {"total": {"N": "1"}}
    db.transact_write_items(TransactItems=[{"Put": {"TableName": "orders", "Item": {**key, **total}}}])
if has_partiql:
    db.execute_statement(Statement="INSERT INTO orders VALUE {'customer': 'dan', 'total': 3}")
    [item] = db.execute_statement(Statement="SELECT total FROM orders WHERE customer = 'dan'")["Items"]
    assert item == {"total": {"N": "3"}}
streams = boto3.client("dynamodbstreams")
arn = db.describe_table(TableName="orders")["Table"]["LatestStreamArn"]
[shard, *_] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
iterator = streams.get_shard_iterator(
    StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
records = streams.get_records(ShardIterator=iterator)["Records"]
assert [record["eventName"] for record in records[:2]] == ["INSERT", "INSERT"]
assert records[0]["dynamodb"]["NewImage"]["blob"] == {"B": b"\\x00\\xff"}
"""


def test_boto3_in_another_process(ddbmock: Any, environment: dict[str, str], tmp_path: Path) -> None:
    script = tmp_path / "app.py"
    script.write_text(BOTO3)
    run([sys.executable, "-W", "error", str(script), str(HAS_TRANSACTIONS), str(HAS_PARTIQL)], environment, tmp_path)
    checks(ddbmock)


# ---- AWS CLI


@pytest.fixture
def aws(environment: dict[str, str], tmp_path: Path) -> Callable[..., Any]:
    """Runs the AWS CLI; gives its answer."""
    program = os.environ.get("DDBMOCK_AWS_CLI") or shutil.which("aws")
    if program is None:
        pytest.skip("the AWS CLI is not there: put it on the path, or its path into DDBMOCK_AWS_CLI")

    def aws(service: str, command: str, **parameters: Any) -> Any:
        given = json.dumps(parameters)
        said = run([program, service, command, "--output", "json", "--cli-input-json", given], environment, tmp_path)
        return json.loads(said) if said else {}

    return aws


def test_the_aws_cli(ddbmock: Any, aws: Callable[..., Any]) -> None:
    aws(
        "dynamodb",
        "create-table",
        TableName="orders",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "customer", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "customer", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    for customer, total in (("ada", "25"), ("bob", "7")):
        item = {"customer": {"S": customer}, "total": {"N": total}}
        aws("dynamodb", "put-item", TableName="orders", Item=item)
    page = aws(
        "dynamodb",
        "query",
        TableName="orders",
        KeyConditionExpression="customer = :c",
        ExpressionAttributeValues={":c": {"S": "ada"}},
    )
    assert page["Items"] == [{"customer": {"S": "ada"}, "total": {"N": "25"}}]
    if HAS_TRANSACTIONS:
        put = {"TableName": "orders", "Item": {"customer": {"S": "eve"}, "total": {"N": "1"}}}
        aws("dynamodb", "transact-write-items", TransactItems=[{"Put": put}])
    if HAS_PARTIQL:
        aws("dynamodb", "execute-statement", Statement="INSERT INTO orders VALUE {'customer': 'dan', 'total': 3}")
    [stream] = aws("dynamodbstreams", "list-streams", TableName="orders")["Streams"]
    arn = stream["StreamArn"]
    [shard, *_] = aws("dynamodbstreams", "describe-stream", StreamArn=arn)["StreamDescription"]["Shards"]
    position = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    iterator = aws("dynamodbstreams", "get-shard-iterator", **position)["ShardIterator"]
    records = aws("dynamodbstreams", "get-records", ShardIterator=iterator)["Records"]
    assert records[0]["dynamodb"]["NewImage"] == {"customer": {"S": "ada"}, "total": {"N": "25"}}
    checks(ddbmock)


# ---- AWS SDK for JavaScript


def test_the_aws_sdk_for_javascript(ddbmock: Any, environment: dict[str, str], tmp_path: Path) -> None:
    node, modules = shutil.which("node"), os.environ.get("DDBMOCK_NODE_MODULES")
    if node is None:
        pytest.skip("Node.js is not there")
    if not modules or not (Path(modules) / "@aws-sdk" / "client-dynamodb").is_dir():
        pytest.skip(
            "the SDK is not there: npm install @aws-sdk/client-dynamodb @aws-sdk/client-dynamodb-streams "
            "@aws-sdk/lib-dynamodb somewhere, and put the path of its node_modules into DDBMOCK_NODE_MODULES"
        )
    (tmp_path / "node_modules").symlink_to(Path(modules).resolve(), target_is_directory=True)
    script = tmp_path / "client.mjs"
    script.write_text((HERE / "javascript_client.mjs").read_text())
    run([node, str(script), str(HAS_TRANSACTIONS), str(HAS_PARTIQL)], environment, tmp_path)
    checks(ddbmock)
