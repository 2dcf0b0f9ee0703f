"""A good request for every operation that is served, with all the structures that it can hold."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from pytest_ddbmock.engine import shapes
from pytest_ddbmock.engine.request import DYNAMODB, STREAMS
from pytest_ddbmock.engine.shapes import Shape
from pytest_ddbmock.operations import OPERATIONS
from pytest_ddbmock.transports.service_model import ModelShapes
from tests.support.accounts import SECOND, START, Account

KEY = {"pk": {"S": "a"}}
ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/things"
RECOVERABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/recoverable"

KINESIS = {"TableName": "things", "StreamArn": "arn:aws:kinesis:eu-west-1:123456789012:stream/changes"}
ACTIVE_KINESIS = {**KINESIS, "TableName": "recoverable"}
MICROSECOND = {"ApproximateCreationDateTimePrecision": "MICROSECOND"}

EQ = {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]}
UNITS = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
LIMITS = {"MaxReadRequestUnits": 10, "MaxWriteRequestUnits": 10}
WARM = {"ReadUnitsPerSecond": 20_000, "WriteUnitsPerSecond": 20_000}


def index(name: str, **more: Any) -> dict[str, Any]:
    keys = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    return {"IndexName": name, "KeySchema": keys, "Projection": {"ProjectionType": "ALL"}, **more}


CREATE = {
    "TableName": "new",
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "S"},
    ],
    "KeySchema": index("x")["KeySchema"],
    "LocalSecondaryIndexes": [index("local")],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    "SSESpecification": {"Enabled": True, "SSEType": "KMS"},
    "Tags": [{"Key": "k", "Value": "v"}],
}
NEW_INDEX = {
    "AttributeDefinitions": CREATE["AttributeDefinitions"],
    "GlobalSecondaryIndexUpdates": [{"Create": index("new", OnDemandThroughput=LIMITS, WarmThroughput=WARM)}],
}
IMPORT: dict[str, Any] = {
    "ClientToken": "import",
    "S3BucketSource": {"S3Bucket": "imports", "S3KeyPrefix": "p", "S3BucketOwner": "123456789012"},
    "InputFormat": "CSV",
    "InputFormatOptions": {"Csv": {"Delimiter": ";", "HeaderList": ["pk"]}},
    "InputCompressionType": "GZIP",
    "TableCreationParameters": {
        "TableName": "imported",
        "AttributeDefinitions": CREATE["AttributeDefinitions"],
        "KeySchema": CREATE["KeySchema"],
        "ProvisionedThroughput": UNITS,
        "SSESpecification": {"Enabled": True, "SSEType": "KMS"},
        "GlobalSecondaryIndexes": [index("global", ProvisionedThroughput=UNITS)],
    },
}

REQUESTS: list[tuple[str, dict[str, Any]]] = [
    ("PutItem", {"TableName": "things", "Item": KEY, "Expected": {"a": {"Exists": False}}}),
    ("GetItem", {"TableName": "things", "Key": KEY}),
    ("DeleteItem", {"TableName": "things", "Key": KEY, "Expected": {"a": {"ComparisonOperator": "NULL"}}}),
    (
        "UpdateItem",
        {"TableName": "things", "Key": KEY, "AttributeUpdates": {"a": {"Action": "PUT", "Value": {"S": "x"}}}},
    ),
    ("Query", {"TableName": "things", "KeyConditions": {"pk": EQ}, "QueryFilter": {"a": EQ}}),
    ("Scan", {"TableName": "things", "ScanFilter": {"a": EQ}}),
    ("BatchGetItem", {"RequestItems": {"things": {"Keys": [KEY]}}}),
    ("BatchWriteItem", {"RequestItems": {"things": [{"PutRequest": {"Item": KEY}}]}}),
    ("BatchWriteItem", {"RequestItems": {"things": [{"DeleteRequest": {"Key": KEY}}]}}),
    ("TransactGetItems", {"TransactItems": [{"Get": {"TableName": "things", "Key": KEY}}]}),
    ("TransactWriteItems", {"TransactItems": [{"Put": {"TableName": "things", "Item": KEY}}]}),
    ("TransactWriteItems", {"TransactItems": [{"Delete": {"TableName": "things", "Key": KEY}}]}),
    (
        "TransactWriteItems",
        {"TransactItems": [{"Update": {"TableName": "things", "Key": KEY, "UpdateExpression": "REMOVE a"}}]},
    ),
    (
        "TransactWriteItems",
        {
            "TransactItems": [
                {
                    "ConditionCheck": {
                        "TableName": "things",
                        "Key": KEY,
                        "ConditionExpression": "attribute_not_exists(pk)",
                    }
                }
            ]
        },
    ),
    ("ExecuteStatement", {"Statement": "SELECT * FROM things"}),
    ("BatchExecuteStatement", {"Statements": [{"Statement": "SELECT * FROM things WHERE pk = 'a'"}]}),
    ("ExecuteTransaction", {"TransactStatements": [{"Statement": "SELECT * FROM things WHERE pk = 'a'"}]}),
    (
        "CreateTable",
        {
            **CREATE,
            "BillingMode": "PAY_PER_REQUEST",
            "OnDemandThroughput": LIMITS,
            "WarmThroughput": WARM,
            "GlobalSecondaryIndexes": [index("global", OnDemandThroughput=LIMITS, WarmThroughput=WARM)],
        },
    ),
    (
        "CreateTable",
        {
            **CREATE,
            "ProvisionedThroughput": UNITS,
            "GlobalSecondaryIndexes": [index("global", ProvisionedThroughput=UNITS)],
        },
    ),
    ("DescribeTable", {"TableName": "things"}),
    ("ListTables", {}),
    ("UpdateTable", {"TableName": "things", **NEW_INDEX}),
    ("UpdateTable", {"TableName": "things", "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "global"}}]}),
    (
        "UpdateTable",
        {
            "TableName": "things",
            "GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "global", "OnDemandThroughput": LIMITS}}],
        },
    ),
    (
        "UpdateTable",
        {
            "TableName": "things",
            "GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "global", "WarmThroughput": WARM}}],
        },
    ),
    (
        "UpdateTable",
        {
            "TableName": "things",
            "BillingMode": "PROVISIONED",
            "ProvisionedThroughput": UNITS,
            "GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "global", "ProvisionedThroughput": UNITS}}],
        },
    ),
    ("UpdateTable", {"TableName": "things", "OnDemandThroughput": LIMITS}),
    ("UpdateTable", {"TableName": "things", "WarmThroughput": WARM}),
    ("UpdateTable", {"TableName": "things", "StreamSpecification": {"StreamEnabled": False}}),
    ("UpdateTable", {"TableName": "things", "SSESpecification": {"Enabled": True, "SSEType": "KMS"}}),
    ("DeleteTable", {"TableName": "things"}),
    ("TagResource", {"ResourceArn": ARN, "Tags": [{"Key": "k", "Value": "v"}]}),
    ("UntagResource", {"ResourceArn": ARN, "TagKeys": ["k"]}),
    ("ListTagsOfResource", {"ResourceArn": ARN}),
    ("DescribeLimits", {}),
    ("DescribeEndpoints", {}),
    ("DescribeTimeToLive", {"TableName": "things"}),
    ("DescribeKinesisStreamingDestination", {"TableName": "things"}),
    ("EnableKinesisStreamingDestination", {**KINESIS, "EnableKinesisStreamingConfiguration": MICROSECOND}),
    ("DisableKinesisStreamingDestination", ACTIVE_KINESIS),
    ("UpdateKinesisStreamingDestination", {**ACTIVE_KINESIS, "UpdateKinesisStreamingConfiguration": MICROSECOND}),
    (
        "UpdateTimeToLive",
        {"TableName": "things", "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "t"}},
    ),
    ("DescribeContinuousBackups", {"TableName": "things"}),
    (
        "UpdateContinuousBackups",
        {
            "TableName": "things",
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 3},
        },
    ),
    (
        "RestoreTableToPointInTime",
        {
            "SourceTableName": "recoverable",
            "TargetTableName": "restored",
            "UseLatestRestorableTime": True,
            "BillingModeOverride": "PAY_PER_REQUEST",
            "OnDemandThroughputOverride": LIMITS,
            "LocalSecondaryIndexOverride": [index("local")],
            "SSESpecificationOverride": {"Enabled": True, "SSEType": "KMS"},
            "GlobalSecondaryIndexOverride": [index("global")],
        },
    ),
    (
        "RestoreTableToPointInTime",
        {
            "SourceTableName": "recoverable",
            "TargetTableName": "restored",
            "UseLatestRestorableTime": True,
            "BillingModeOverride": "PROVISIONED",
            "ProvisionedThroughputOverride": UNITS,
            "GlobalSecondaryIndexOverride": [index("global", ProvisionedThroughput=UNITS)],
        },
    ),
    ("CreateBackup", {"TableName": "things", "BackupName": "new"}),
    ("ListBackups", {}),
    ("DescribeBackup", {"BackupArn": ""}),
    ("DeleteBackup", {"BackupArn": ""}),
    (
        "RestoreTableFromBackup",
        {
            "TargetTableName": "restored",
            "BackupArn": "",
            "BillingModeOverride": "PAY_PER_REQUEST",
            "OnDemandThroughputOverride": LIMITS,
            "LocalSecondaryIndexOverride": [index("local")],
            "GlobalSecondaryIndexOverride": [index("global")],
            "SSESpecificationOverride": {"Enabled": True, "SSEType": "KMS"},
        },
    ),
    (
        "RestoreTableFromBackup",
        {
            "TargetTableName": "restored",
            "BackupArn": "",
            "BillingModeOverride": "PROVISIONED",
            "ProvisionedThroughputOverride": UNITS,
            "GlobalSecondaryIndexOverride": [index("global", ProvisionedThroughput=UNITS)],
        },
    ),
    (
        "ExportTableToPointInTime",
        {
            "TableArn": RECOVERABLE,
            "S3Bucket": "exports",
            "S3Prefix": "p",
            "S3BucketOwner": "123456789012",
            "S3SseAlgorithm": "KMS",
            "S3SseKmsKeyId": "key",
            "ExportFormat": "ION",
            "ExportTime": START // SECOND + 60,
            "ClientToken": "t",
        },
    ),
    (
        "ExportTableToPointInTime",
        {
            "TableArn": RECOVERABLE,
            "S3Bucket": "exports",
            "ExportType": "INCREMENTAL_EXPORT",
            "IncrementalExportSpecification": {
                "ExportFromTime": START // SECOND + 60,
                "ExportToTime": START // SECOND + 3000,
                "ExportViewType": "NEW_IMAGE",
            },
        },
    ),
    (
        "ExportTableToPointInTime",
        {
            "TableArn": RECOVERABLE,
            "S3Bucket": "exports",
            "FilterSpecification": {
                "KeyConditionExpression": "pk = :p",
                "FilterExpression": "#a > :v",
                "ProjectionExpression": "#a",
                "ExpressionAttributeNames": {"#a": "a"},
                "ExpressionAttributeValues": {":p": {"S": "p"}, ":v": {"N": "1"}},
            },
        },
    ),
    ("DescribeExport", {"ExportArn": ""}),
    ("ListExports", {"TableArn": RECOVERABLE, "MaxResults": 1}),
    ("ImportTable", IMPORT),
    (
        "ImportTable",
        {
            **IMPORT,
            "TableCreationParameters": {
                "TableName": "imported",
                "AttributeDefinitions": CREATE["AttributeDefinitions"],
                "KeySchema": CREATE["KeySchema"],
                "BillingMode": "PAY_PER_REQUEST",
                "OnDemandThroughput": LIMITS,
                "GlobalSecondaryIndexes": [index("global", OnDemandThroughput=LIMITS, WarmThroughput=WARM)],
            },
        },
    ),
    ("DescribeImport", {"ImportArn": ""}),
    ("ListImports", {"TableArn": ARN, "PageSize": 1}),
    ("ListStreams", {}),
    ("DescribeStream", {"StreamArn": ""}),
    ("GetShardIterator", {"StreamArn": "", "ShardId": "", "ShardIteratorType": "LATEST"}),
    ("GetRecords", {"ShardIterator": ""}),
]


class Unknown(Exception):
    """The installed botocore, an older one, does not know a parameter."""


def known_requests() -> list[tuple[str, dict[str, Any]]]:
    """Those of `REQUESTS` that the installed botocore could send."""
    known = []
    for operation, params in REQUESTS:
        shape = shape_of(operation)
        if shape is not None:
            with contextlib.suppress(Unknown):
                list(structures(shape, params))
                known.append((operation, params))
    return known


def shape_of(operation: str) -> Shape | None:
    """The shape of the parameters of an operation that is served."""
    return ModelShapes().input(service_of(operation), operation)


def service_of(operation: str) -> str:
    """The service that an operation belongs to."""
    return DYNAMODB if (DYNAMODB, operation) in OPERATIONS else STREAMS


def new_account() -> Account:
    """An account in which every one of `REQUESTS` is good."""
    account = Account()
    account.create(
        "things",
        GlobalSecondaryIndexes=[
            {
                "IndexName": "global",
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )
    account.create(
        "recoverable", "pk sk", LocalSecondaryIndexes=[index("local")], GlobalSecondaryIndexes=[index("global")]
    )
    enabled = {"PointInTimeRecoveryEnabled": True}
    account.call("UpdateContinuousBackups", TableName="recoverable", PointInTimeRecoverySpecification=enabled)
    account.call("EnableKinesisStreamingDestination", **ACTIVE_KINESIS)
    account.call("CreateBackup", TableName="recoverable", BackupName="old")
    account.call("ExportTableToPointInTime", TableArn=RECOVERABLE, S3Bucket="exports")
    parameters = {**IMPORT["TableCreationParameters"], "TableName": "failed"}
    account.call("ImportTable", **{**IMPORT, "TableCreationParameters": parameters})
    account.tick(3600)
    return account


def with_names(account: Account, params: dict[str, Any]) -> dict[str, Any]:
    """The request with names of the stream, the backup and so on that there are in place of empty texts."""
    [stream] = account.call("ListStreams", TableName="things")["Streams"]
    description = account.call("DescribeStream", StreamArn=stream["StreamArn"])["StreamDescription"]
    [shard] = description["Shards"]
    known = {"StreamArn": stream["StreamArn"], "ShardId": shard["ShardId"]}
    [backup] = account.call("ListBackups")["BackupSummaries"]
    known["BackupArn"] = backup["BackupArn"]
    [export] = account.call("ListExports")["ExportSummaries"]
    [imported] = account.call("ListImports")["ImportSummaryList"]
    known |= {"ExportArn": export["ExportArn"], "ImportArn": imported["ImportArn"]}
    if "ShardIterator" in params:
        of_shard = {name: known[name] for name in ("StreamArn", "ShardId")}
        iterator = account.call("GetShardIterator", **of_shard, ShardIteratorType="LATEST")
        known["ShardIterator"] = iterator["ShardIterator"]
    return {name: known[name] if value == "" else value for name, value in params.items()}


def structures(shape: Shape, value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every structure in a request, with its path."""
    if shape.kind == shapes.STRUCTURE:
        yield path, value
        for name, held in value.items():
            if name not in shape.members:
                raise Unknown(name)
            yield from structures(shape.members[name], held, f"{path}.{name}" if path else name)
    elif shape.element is not None:
        for held in value.values() if isinstance(value, dict) else value:
            yield from structures(shape.element, held, path)
