"""Random calls of every operation between a mark and a rollback: afterwards the whole account is as it was."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pytest_ddbmock.archive.bucket import MemoryBucket, MemoryBuckets
from pytest_ddbmock.archive.external_services import ExternalServices
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.operations import OPERATIONS
from tests.support.accounts import Account

RANDOM = st.integers(0, 2**32).map(Random)
NAMES = ("tab-a", "tab-b", "tab-c")
HOUR = 3600

READS = {
    "BatchGetItem", "DescribeBackup", "DescribeExport", "DescribeImport", "ListExports", "ListImports",
    "DescribeContinuousBackups", "DescribeEndpoints", "DescribeLimits",
    "DescribeKinesisStreamingDestination", "DescribeStream", "DescribeTable", "DescribeTimeToLive", "GetItem",
    "GetRecords", "GetShardIterator", "ListBackups", "ListStreams", "ListTables", "ListTagsOfResource", "Query", "Scan",
    "TransactGetItems",
}  # fmt: skip
"""Operations that change nothing: the picture of the account is made with them."""


def attributes(*names: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": "S"} for name in names]


def keys(*names: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "KeyType": role} for name, role in zip(names, ("HASH", "RANGE"), strict=False)]


def index(name: str, *names: str) -> dict[str, Any]:
    return {"IndexName": name, "KeySchema": keys(*names), "Projection": {"ProjectionType": "ALL"}}


class Picture:
    """Everything that a caller can find out about an account, and what lies behind it."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def all_pages(self, operation: str, members: str, cursor: str, start: str, **params: Any) -> list[Any]:
        found: list[Any] = []
        more: dict[str, Any] = {}
        while True:
            page = self.account.call(operation, **params, **more)
            found += page[members]
            if cursor not in page:
                return found
            more = {start: page[cursor]}

    def items(self, **params: Any) -> Any:
        try:
            return self.all_pages("Scan", "Items", "LastEvaluatedKey", "ExclusiveStartKey", **params)
        except DynamoDBError as error:
            return str(error)

    def told(self, operation: str, **params: Any) -> Any:
        try:
            return self.account.call(operation, **params)
        except DynamoDBError as error:
            return str(error)

    def table(self, name: str) -> dict[str, Any]:
        description = self.account.call("DescribeTable", TableName=name)["Table"]
        indexes = description.get("LocalSecondaryIndexes", []) + description.get("GlobalSecondaryIndexes", [])
        return {
            "description": description,
            "items": self.items(TableName=name),
            "indexes": {one["IndexName"]: self.items(TableName=name, IndexName=one["IndexName"]) for one in indexes},
            "ttl": self.told("DescribeTimeToLive", TableName=name),
            "kinesis": self.told("DescribeKinesisStreamingDestination", TableName=name),
            "tags": self.told("ListTagsOfResource", ResourceArn=description["TableArn"]),
            "recovery": self.told("DescribeContinuousBackups", TableName=name),
        }

    def stream(self, arn: str) -> dict[str, Any]:
        description = self.account.call("DescribeStream", StreamArn=arn)["StreamDescription"]
        records: list[Any] = []
        for shard in description["Shards"]:
            iterator = self.account.call(
                "GetShardIterator", StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            while iterator is not None:
                page = self.account.call("GetRecords", ShardIterator=iterator, Limit=7)
                records += page["Records"]
                iterator = page.get("NextShardIterator") if page["Records"] else None
        return {"description": description, "records": records}

    def backups(self) -> list[Any]:
        return self.all_pages(
            "ListBackups",
            "BackupSummaries",
            "LastEvaluatedBackupArn",
            "ExclusiveStartBackupArn",
            Limit=2,
            BackupType="ALL",
        )

    def exports(self) -> list[Any]:
        found = self.all_pages("ListExports", "ExportSummaries", "NextToken", "NextToken", MaxResults=2)
        return [self.account.call("DescribeExport", ExportArn=one["ExportArn"]) for one in found]

    def imports(self) -> list[Any]:
        found = self.all_pages("ListImports", "ImportSummaryList", "NextToken", "NextToken", PageSize=2)
        return [self.account.call("DescribeImport", ImportArn=one["ImportArn"]) for one in found]

    def take(self) -> dict[str, Any]:
        names = self.all_pages("ListTables", "TableNames", "LastEvaluatedTableName", "ExclusiveStartTableName")
        streams = self.all_pages("ListStreams", "Streams", "LastEvaluatedStreamArn", "ExclusiveStartStreamArn")
        arns = [one["BackupArn"] for one in self.backups()]
        engine = self.account.engine
        return {
            "tables": {name: self.table(name) for name in names},
            "streams": [(one, self.stream(one["StreamArn"])) for one in streams],
            "backups": [self.account.call("DescribeBackup", BackupArn=arn) for arn in arns],
            "exports": self.exports(),
            "imports": self.imports(),
            "histories": {table.id: list(table.history.since(0)) for table in engine.catalog.all_tables()},
            "settings": {table.id: table.settings for table in engine.catalog.all_tables()},
            "tokens": engine.tokens.mark(),
            "due": sorted(entry.due for entry in (*engine.agenda.mark(), *engine.outbound_work.mark())),
        }


class AccountMachine(RuleBasedStateMachine):
    """One account; `marks` are the marks with the pictures and moments that belong to them."""

    @initialize(pace=st.sampled_from((0, 30)), ttl_delay=st.sampled_from((0, HOUR)))
    def begin(self, pace: int, ttl_delay: int) -> None:
        self.account = Account(pace=pace, ttl_delay=ttl_delay)
        self.account.engine.state(ExternalServices).buckets = buckets = MemoryBuckets()
        bucket = buckets.named["bucket"] = MemoryBucket("123456789012")
        bucket.put("in/1.csv", b"pk,sk\na,1\nb\n")
        self.picture = Picture(self.account)
        self.marks: list[tuple[Any, dict[str, Any], int]] = []
        for name in NAMES[:2]:
            self.create(Random(name), name)

    @rule(random=RANDOM, count=st.integers(1, 30))
    def call_some(self, random: Random, count: int) -> None:
        for _ in range(count):
            name, operation = random.choice(NAMES), random.choice(CALLS)
            with contextlib.suppress(DynamoDBError):
                CALLS_BY_NAME[operation](self, random, name)

    @rule(seconds=st.sampled_from((1, 40, HOUR, 30 * HOUR)))
    def let_time_pass(self, seconds: int) -> None:
        self.account.tick(seconds)

    @rule(random=RANDOM)
    def run_a_test(self, random: Random) -> None:
        """What a test on a shared engine is: a mark, calls over some time, a rollback."""
        self.mark()
        for _ in range(random.randint(1, 4)):
            self.call_some(random, 15)
            self.let_time_pass(random.choice((1, 40, HOUR, 30 * HOUR)))
        self.roll_back(stays=False)

    @rule()
    def mark(self) -> None:
        self.account.engine.run_due()
        picture = self.picture.take()
        self.marks.append((self.account.engine.mark(), picture, self.account.clock.moment))

    @precondition(lambda self: self.marks)
    @rule(stays=st.booleans())
    def roll_back(self, stays: bool) -> None:
        mark, picture, moment = self.marks[-1] if stays else self.marks.pop()
        self.account.engine.rollback(mark)
        self.account.clock.moment = moment
        now = self.picture.take()
        for part, before in picture.items():
            assert now[part] == before, part

    @invariant()
    def every_table_is_sound(self) -> None:
        for table in self.account.engine.catalog.all_tables():
            table.check()

    @rule()
    def streams_tell_the_whole_story(self) -> None:
        self.account.engine.run_due()
        for table in self.account.engine.catalog.all_tables():
            stream, now = table.settings.stream, self.account.clock.moment
            if stream is None or stream.start > table.history.start or now - stream.created_at > 24 * HOUR * 10**6:
                continue
            told: dict[str, Any] = {}
            for record in self.picture.stream(f"{table.arn}/stream/{stream.label}")["records"]:
                change = record["dynamodb"]
                key = str(change["Keys"])
                assert told.get(key) == change.get("OldImage")
                told.pop(key, None)
                if "NewImage" in change:
                    told[key] = change["NewImage"]
            if table.settings.status == "ACTIVE":
                stored = self.picture.items(TableName=table.name)
                assert sorted(map(str, told.values())) == sorted(map(str, stored))

    # ---- the calls

    def create(self, random: Random, name: str) -> None:
        more: dict[str, Any] = {}
        names = {"pk", "sk"}
        if random.random() < 0.5:
            more["LocalSecondaryIndexes"] = [index("local", "pk", "a")]
            names.add("a")
        if random.random() < 0.5:
            more["GlobalSecondaryIndexes"] = [index("global", "a", "b")]
            names |= {"a", "b"}
        if random.random() < 0.7:
            more["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        if random.random() < 0.3:
            more["Tags"] = [{"Key": "made", "Value": "so"}]
        self.account.call(
            "CreateTable",
            TableName=name,
            KeySchema=keys("pk", "sk"),
            AttributeDefinitions=attributes(*sorted(names)),
            BillingMode="PAY_PER_REQUEST",
            **more,
        )

    def update(self, random: Random, name: str) -> None:
        units = {"ReadCapacityUnits": random.randint(1, 9), "WriteCapacityUnits": random.randint(1, 9)}
        new = {**index("later", "b"), "ProvisionedThroughput": units} if random.random() < 0.2 else index("later", "b")
        change = random.choice(
            [
                {"StreamSpecification": {"StreamEnabled": False}},
                {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}},
                {"AttributeDefinitions": attributes("b"), "GlobalSecondaryIndexUpdates": [{"Create": new}]},
                {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": random.choice(("global", "later"))}}]},
                {"BillingMode": "PROVISIONED", "ProvisionedThroughput": units},
                {"BillingMode": "PAY_PER_REQUEST"},
                {"DeletionProtectionEnabled": random.random() < 0.3},
                {"TableClass": random.choice(("STANDARD", "STANDARD_INFREQUENT_ACCESS"))},
            ]
        )
        self.account.call("UpdateTable", TableName=name, **change)

    def delete(self, random: Random, name: str) -> None:
        if random.random() < 0.3:
            self.account.call("DeleteTable", TableName=name)

    def key(self, random: Random) -> dict[str, Any]:
        return {"pk": {"S": random.choice("xyz")}, "sk": {"S": str(random.randrange(6))}}

    def item(self, random: Random) -> dict[str, Any]:
        item = self.key(random)
        for name in "ab":
            if random.random() < 0.7:
                item[name] = {"S": random.choice("pqr")}
        if random.random() < 0.5:
            now = self.account.clock.moment // 10**6
            item["ttl"] = {"N": str(now + random.choice((-10, 20, HOUR, 5 * HOUR)))}
        return item

    def put(self, random: Random, name: str) -> None:
        self.account.call("PutItem", TableName=name, Item=self.item(random))

    def update_item(self, random: Random, name: str) -> None:
        self.account.call(
            "UpdateItem",
            TableName=name,
            Key=self.key(random),
            UpdateExpression="SET a = :a ADD n :n REMOVE b",
            ExpressionAttributeValues={":a": {"S": random.choice("pqr")}, ":n": {"N": "1"}},
        )

    def delete_item(self, random: Random, name: str) -> None:
        self.account.call("DeleteItem", TableName=name, Key=self.key(random))

    def batch(self, random: Random, name: str) -> None:
        puts = {str(item["pk"]) + str(item["sk"]): item for item in (self.item(random) for _ in range(5))}
        self.account.call(
            "BatchWriteItem", RequestItems={name: [{"PutRequest": {"Item": item}} for item in puts.values()]}
        )

    def transact(self, random: Random, name: str) -> None:
        item, other = self.item(random), random.choice(NAMES)
        self.account.call(
            "TransactWriteItems",
            TransactItems=[
                {"Put": {"TableName": name, "Item": item}},
                {"Delete": {"TableName": other, "Key": self.key(random)}},
            ],
            ClientRequestToken=random.choice("12345"),
        )

    def statement(self, random: Random, name: str) -> dict[str, Any]:
        key = self.key(random)
        return {
            "Statement": random.choice(
                (
                    f"INSERT INTO \"{name}\" VALUE {{'pk': ?, 'sk': ?, 'b': 'q'}}",
                    f"UPDATE \"{name}\" SET a = 'p' WHERE pk = ? AND sk = ?",
                    f'DELETE FROM "{name}" WHERE pk = ? AND sk = ?',
                )
            ),
            "Parameters": [key["pk"], key["sk"]],
        }

    def execute(self, random: Random, name: str) -> None:
        self.account.call("ExecuteStatement", **self.statement(random, name))

    def execute_batch(self, random: Random, name: str) -> None:
        self.account.call("BatchExecuteStatement", Statements=[self.statement(random, name)])

    def execute_transaction(self, random: Random, name: str) -> None:
        self.account.call(
            "ExecuteTransaction",
            TransactStatements=[self.statement(random, name)],
            ClientRequestToken=random.choice("12345"),
        )

    def expire(self, random: Random, name: str) -> None:
        specification = {"Enabled": random.random() < 0.8, "AttributeName": random.choice(("ttl", "other"))}
        self.account.call("UpdateTimeToLive", TableName=name, TimeToLiveSpecification=specification)

    def kinesis(self, random: Random, name: str, verb: str, **more: Any) -> None:
        arn = f"arn:aws:kinesis:eu-west-1:123456789012:stream/{random.choice('xy')}"
        self.account.call(f"{verb}KinesisStreamingDestination", TableName=name, StreamArn=arn, **more)

    def enable_kinesis(self, random: Random, name: str) -> None:
        self.kinesis(random, name, "Enable")

    def disable_kinesis(self, random: Random, name: str) -> None:
        self.kinesis(random, name, "Disable")

    def update_kinesis(self, random: Random, name: str) -> None:
        precision = {"ApproximateCreationDateTimePrecision": random.choice(("MILLISECOND", "MICROSECOND"))}
        self.kinesis(random, name, "Update", UpdateKinesisStreamingConfiguration=precision)

    def tag(self, random: Random, name: str) -> None:
        arn = self.account.call("DescribeTable", TableName=name)["Table"]["TableArn"]
        tags = [{"Key": random.choice("kl"), "Value": random.choice("vw")}]
        self.account.call("TagResource", ResourceArn=arn, Tags=tags)

    def untag(self, random: Random, name: str) -> None:
        arn = self.account.call("DescribeTable", TableName=name)["Table"]["TableArn"]
        self.account.call("UntagResource", ResourceArn=arn, TagKeys=[random.choice("kl")])

    def recovery(self, random: Random, name: str) -> None:
        specification = {"PointInTimeRecoveryEnabled": random.random() < 0.9}
        self.account.call("UpdateContinuousBackups", TableName=name, PointInTimeRecoverySpecification=specification)

    def restore(self, random: Random, name: str) -> None:
        self.account.call(
            "RestoreTableToPointInTime",
            SourceTableName=name,
            TargetTableName=random.choice((*NAMES, "restored")),
            UseLatestRestorableTime=True,
        )

    def back_up(self, random: Random, name: str) -> None:
        self.account.call("CreateBackup", TableName=name, BackupName="backup")

    def some_backup(self, random: Random) -> str:
        arns = [one["BackupArn"] for one in self.picture.backups()]
        return random.choice(arns or [f"arn:aws:dynamodb:eu-west-1:123456789012:table/{NAMES[0]}/backup/0-0"])

    def delete_backup(self, random: Random, name: str) -> None:
        self.account.call("DeleteBackup", BackupArn=self.some_backup(random))

    def restore_backup(self, random: Random, name: str) -> None:
        target = random.choice((*NAMES, "restored"))
        self.account.call("RestoreTableFromBackup", TargetTableName=target, BackupArn=self.some_backup(random))

    def export(self, random: Random, name: str) -> None:
        arn = self.account.call("DescribeTable", TableName=name)["Table"]["TableArn"]
        bucket, token = random.choice(("bucket", "bucket", "nowhere")), random.choice("1234567")
        self.account.call("ExportTableToPointInTime", TableArn=arn, S3Bucket=bucket, ClientToken=token)

    def import_(self, random: Random, name: str) -> None:
        self.account.call(
            "ImportTable",
            S3BucketSource={"S3Bucket": random.choice(("bucket", "bucket", "nowhere")), "S3KeyPrefix": "in/"},
            InputFormat="CSV",
            ClientToken=random.choice("1234567"),
            TableCreationParameters={
                "TableName": random.choice((*NAMES, "restored")),
                "AttributeDefinitions": attributes("pk", "sk"),
                "KeySchema": keys("pk", "sk"),
                "BillingMode": "PAY_PER_REQUEST",
            },
        )


CALLS_BY_NAME: dict[str, Callable[[AccountMachine, Random, str], None]] = {
    "CreateTable": AccountMachine.create,
    "UpdateTable": AccountMachine.update,
    "DeleteTable": AccountMachine.delete,
    "PutItem": AccountMachine.put,
    "UpdateItem": AccountMachine.update_item,
    "DeleteItem": AccountMachine.delete_item,
    "BatchWriteItem": AccountMachine.batch,
    "TransactWriteItems": AccountMachine.transact,
    "ExecuteStatement": AccountMachine.execute,
    "BatchExecuteStatement": AccountMachine.execute_batch,
    "ExecuteTransaction": AccountMachine.execute_transaction,
    "UpdateTimeToLive": AccountMachine.expire,
    "EnableKinesisStreamingDestination": AccountMachine.enable_kinesis,
    "DisableKinesisStreamingDestination": AccountMachine.disable_kinesis,
    "UpdateKinesisStreamingDestination": AccountMachine.update_kinesis,
    "TagResource": AccountMachine.tag,
    "UntagResource": AccountMachine.untag,
    "UpdateContinuousBackups": AccountMachine.recovery,
    "RestoreTableToPointInTime": AccountMachine.restore,
    "CreateBackup": AccountMachine.back_up,
    "DeleteBackup": AccountMachine.delete_backup,
    "RestoreTableFromBackup": AccountMachine.restore_backup,
    "ExportTableToPointInTime": AccountMachine.export,
    "ImportTable": AccountMachine.import_,
}
CALLS = [*CALLS_BY_NAME, "CreateTable", "PutItem", "PutItem", "BatchWriteItem", "UpdateItem", "DeleteItem"]


def test_every_operation_that_changes_something_is_called():
    assert {name for _, name in OPERATIONS} - READS == CALLS_BY_NAME.keys()


TestAccount = AccountMachine.TestCase
TestAccount.settings = settings(max_examples=150, stateful_step_count=20, deadline=None)
