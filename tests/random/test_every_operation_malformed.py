"""Every operation that is served gets requests put together from the service model, with garbage anywhere.

Each answer is a success, an error of DynamoDB or a refusal by name; what is not a success leaves no trace.
"""

from __future__ import annotations

import contextlib
import copy
import random
from collections import Counter
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_ddbmock import mock_dynamodb
from pytest_ddbmock.engine.caller import caller
from pytest_ddbmock.engine.request import DYNAMODB, STREAMS, Request
from pytest_ddbmock.engine.shapes import Shape
from pytest_ddbmock.errors import DynamoDBError, NotImplementedByMock
from pytest_ddbmock.operations import OPERATIONS
from pytest_ddbmock.transports import json10
from tests.support import every_request
from tests.support.account_without_doors import TABLE
from tests.support.accounts import Account
from tests.support.malformed import CHOICES, GARBAGE, Maker, spoil

REGION, ACCOUNT = "eu-west-1", "123456789012"
PREFIX = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table"
DATA_OPERATIONS = {
    "PutItem",
    "GetItem",
    "UpdateItem",
    "DeleteItem",
    "Query",
    "Scan",
    "BatchGetItem",
    "BatchWriteItem",
    "TransactWriteItems",
    "TransactGetItems",
}
"""Operations that are served with all their parameters."""

REQUESTS = 40
"""Requests of one account, one after the other."""

STATEMENTS = (
    "SELECT * FROM ttt",
    "SELECT a, b.c[0] FROM ttt WHERE pk = 'x' AND sk > ?",
    'SELECT * FROM "ttt"."by-g" WHERE g = \'x\' ORDER BY n DESC',
    "SELECT pk FROM ttt WHERE pk IN ['x', ?] AND NOT contains(a, 'y') OR size(b) < 3",
    "INSERT INTO ttt VALUE {'pk': 'x', 'sk': ?, 'g': 'z', 'm': {'l': [1, << 'a' >>, null, true]}}",
    "INSERT INTO plain VALUE {'pk': ?}",
    "UPDATE ttt SET a = 5 SET b = list_append(a, [1]) REMOVE c WHERE pk = 'x' AND sk = 'y' RETURNING ALL NEW *",
    "UPDATE ttt SET g = ? WHERE pk = ? AND sk = 'y' AND a IS NOT MISSING",
    "UPDATE plain SET pk = 'y' WHERE pk = 'x'",
    "DELETE FROM ttt WHERE pk = 'x' AND sk = ? RETURNING ALL OLD *",
    "DELETE FROM plain WHERE pk = 'x'",
    "EXISTS(SELECT * FROM ttt WHERE pk = 'x' AND sk = 'y' AND a = 1)",
    "SELECT COUNT(*) FROM ttt",
    "SELECT * FROM nope",
    "DROP TABLE ttt",
    "INSERT INTO ttt VALUE {'pk':",
    "'",
    "",
    "\ud83d",
)
MORE: dict[str, tuple[Any, ...]] = {
    **CHOICES,
    "TableName": (*CHOICES["TableName"], "plain", "plain", f"{PREFIX}/ttt"),
    "ResourceArn": (f"{PREFIX}/ttt", f"{PREFIX}/plain", f"{PREFIX}/nope", f"{PREFIX}/ttt/index/by-g", "arn:::::", "x"),
    "SourceTableName": ("ttt", "ttt", "plain", "nope", "ab", f"{PREFIX}/ttt"),
    "SourceTableArn": (f"{PREFIX}/ttt", f"{PREFIX}/nope", "x"),
    "TargetTableName": ("ttt", "new", "newer", "newest", "a!", "ab"),
    "Statement": STATEMENTS,
    "ClientRequestToken": ("t1", "t2", "", "x" * 37),
    "BackupName": ("first", "second", "ab", "a!"),
    "ExclusiveStartTableName": ("ttt", "aaa", "", "a!"),
}


class EveryMaker(Maker):
    """Knows what lies in the account, so that some requests get far."""

    def __init__(self, choose: random.Random, garbage: float, account: Account) -> None:
        super().__init__(choose, garbage)
        self.known = {name: list(values) for name, values in MORE.items()}
        self.account = account
        for name in ("StreamArn", "ShardId", "ShardIterator", "ExclusiveStartStreamArn", "ExclusiveStartShardId"):
            self.known[name] = ["", "x" * 30, f"{PREFIX}/ttt/stream/2015-05-11T21:21:33.291"]
        self.known["BackupArn"] = [f"{PREFIX}/ttt/backup/01489602797149-73d8d5bc", "x" * 40]
        self.known["SequenceNumber"] = ["0", "x", "1" * 30, "000000000000000000001"]

    def learn(self, answer: Any) -> None:
        """Remember names and cursors that an answer told."""
        if isinstance(answer, list):
            for held in answer:
                self.learn(held)
        elif isinstance(answer, dict):
            for name, held in answer.items():
                if isinstance(held, dict | list):
                    self.learn(held)
                elif isinstance(held, str):
                    for member in CURSORS.get(name, ()):
                        self.known.setdefault(member, []).append(held)

    def of_shape(self, shape: Shape, name: str = "", depth: int = 0) -> Any:
        choose = self.choose
        if choose.random() >= self.garbage:
            if shape.kind == "string" and name in self.known and not shape.enum:
                return choose.choice(self.known[name])
            if shape.kind == "timestamp":
                now = self.account.clock.moment / 1e6
                return choose.choice((now, now - 600, now - 3600, now + 1, 0, -1, 1e30, 5, "2026-01-01"))
            if shape.kind == "map" and name in ("RequestItems", "Expected", "AttributeUpdates", "KeyConditions"):
                assert shape.element is not None
                keys = ("ttt", "plain") if name == "RequestItems" else ("pk", "sk", "a", "g")
                chosen = choose.sample(keys, choose.choice((1, 1, 2)))
                return {key: self.of_shape(shape.element, name, depth + 1) for key in chosen}
            if shape.name == "TransactWriteItem" and choose.random() < 0.9:
                action = choose.choice(sorted(shape.members))
                return {action: self.of_shape(shape.members[action], action, depth + 1)}
            if depth == 0 and shape.kind == "structure":
                # The fewer options, the further a request gets.
                few = choose.choice((0.05, 0.15, 0.3))
                return {
                    member: self.of_shape(inner, member, 1)
                    for member, inner in shape.members.items()
                    if choose.random() < (0.97 if member in shape.required or member == "TableName" else few)
                }
        return super().of_shape(shape, name, depth)


CURSORS = {
    "StreamArn": ("StreamArn", "ExclusiveStartStreamArn"),
    "LatestStreamArn": ("StreamArn",),
    "ShardId": ("ShardId", "ExclusiveStartShardId"),
    "ShardIterator": ("ShardIterator",),
    "NextShardIterator": ("ShardIterator",),
    "StartingSequenceNumber": ("SequenceNumber",),
    "SequenceNumber": ("SequenceNumber",),
    "NextToken": ("NextToken",),
    "BackupArn": ("BackupArn", "ExclusiveStartBackupArn"),
}


def new_account(choose: random.Random) -> Account:
    """An account with items, indexes, a stream, expiry and recovery."""
    account = Account(pace=choose.choice((0, 0, 30)), ttl_delay=choose.choice((0, 60)))
    account.call("CreateTable", **TABLE, StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
    account.tick(60)
    account.create("plain")
    account.tick(60)
    recovery = {"PointInTimeRecoveryEnabled": True}
    account.call("UpdateContinuousBackups", TableName="ttt", PointInTimeRecoverySpecification=recovery)
    expiry = {"Enabled": True, "AttributeName": "t"}
    account.call("UpdateTimeToLive", TableName="ttt", TimeToLiveSpecification=expiry)
    for number in range(12):
        item = {
            "pk": {"S": "xyz"[number % 3]},
            "sk": {"S": "wxyz"[number // 3]},
            "g": {"S": "g"},
            "n": {"N": str(number)},
        }
        account.call("PutItem", TableName="ttt", Item=item)
    account.tick(3600)
    return account


def whole(account: Account) -> Any:
    """Everything that a rollback would bring back, and the items besides. What has fallen due is done first."""
    account.engine.run_due()
    tables = account.engine.catalog.all_tables()
    held = [[*map(list, (table.base, *(table.views[name] for name in sorted(table.views))))] for table in tables]
    marks = zip(account.engine._kept, account.engine.mark().holders, strict=True)
    return {id(holder): mark for (holder, beginning), mark in marks if mark != beginning}, held


OUTCOMES: Counter[tuple[str, str]] = Counter()
"""What became of the requests, by operation; for whoever wants to know how far they get."""


def ask(account: Account, operation: str, params: Any) -> Any:
    """The answer, None where the request is refused; whatever is refused has left no trace."""
    service = every_request.service_of(operation)
    as_given, before = copy.deepcopy(params), whole(account)
    answer = None
    try:
        answer = account.engine.call(Request(service, operation, params, caller(ACCOUNT, REGION)))
    except DynamoDBError as refusal:
        OUTCOMES[operation, "refused"] += 1
        assert refusal.status == 400 or refusal.code == "InternalFailure", (params, refusal)
        assert refusal.code != "InternalServerError", params
        assert isinstance(refusal.message, str), (params, refusal)
        json10.encode(json10.error_body(refusal))
    except NotImplementedByMock:
        OUTCOMES[operation, "not served"] += 1
        assert operation not in DATA_OPERATIONS, params
    else:
        OUTCOMES[operation, "done"] += 1
        json10.encode(answer)
    if answer is None:
        assert whole(account) == before, params
    assert params == as_given
    for table in account.engine.catalog.all_tables():
        table.check()
    return answer


@pytest.mark.parametrize("operation", sorted(name for _, name in OPERATIONS))
@pytest.mark.parametrize("garbage", [0.0, 0.02, 0.1])
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**64))
def test_any_request_is_answered_and_a_refused_one_leaves_no_trace(operation: str, garbage: float, seed: int) -> None:
    choose = random.Random(seed)
    account = new_account(choose)
    maker = EveryMaker(choose, garbage, account)
    explore(account, maker)
    shape = shape_of(operation)
    for _ in range(REQUESTS):
        params = maker.of_shape(shape)
        if not isinstance(params, dict):
            params = {choose.choice(sorted(shape.members) or ["X"]): choose.choice(GARBAGE)}
        maker.learn(ask(account, operation, params))
        if choose.random() < 0.1:
            account.tick(choose.choice((1, 40, 4000)))


def shape_of(operation: str) -> Shape:
    shape = every_request.shape_of(operation)
    assert shape is not None
    return shape


def explore(account: Account, maker: EveryMaker) -> None:
    """Learn the names of streams, shards, backups and pages."""
    streams = account.call("ListStreams")
    maker.learn(streams)
    for stream in streams["Streams"]:
        maker.learn(account.call("DescribeStream", StreamArn=stream["StreamArn"]))
    for arn, shard in zip(maker.known["StreamArn"][-1:], maker.known["ShardId"][-1:], strict=True):
        for kind in ("TRIM_HORIZON", "LATEST"):
            maker.learn(account.call("GetShardIterator", StreamArn=arn, ShardId=shard, ShardIteratorType=kind))
    maker.learn(account.call("ExecuteStatement", Statement="SELECT * FROM ttt", Limit=2))


# ---- good requests with something wrong in them

GOOD = every_request.known_requests()


@pytest.mark.parametrize("number", range(len(GOOD)))
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**64))
def test_a_good_request_with_something_wrong_in_it_is_answered_too(number: int, seed: int) -> None:
    choose = random.Random(seed)
    account = every_request.new_account()
    operation, good = GOOD[number]
    good = every_request.with_names(account, good)
    maker = Maker(choose, 0.0)
    for _ in range(REQUESTS):
        params = copy.deepcopy(good)
        for _ in range(choose.choice((1, 1, 2))):
            spoil(params, shape_of(operation), maker)
        ask(account, operation, params)


# ---- through a door

ENGINE = "pytest_ddbmock/engine"


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**64))
def test_a_client_that_checks_nothing_is_answered_by_dynamodb(seed: int) -> None:
    choose = random.Random(seed)
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    # A refusal by name comes back when the mock ends, however it was caught.
    with contextlib.suppress(NotImplementedByMock), mock_dynamodb(region=REGION) as ddb:
        ddb.create_table("things", "pk", "sk", gsi={"by-g": "g"}, stream="KEYS_ONLY", pitr=True)
        clients = {name: boto3.client(name, region_name=REGION, config=config) for name in (DYNAMODB, STREAMS)}
        maker = Maker(choose, 0.0)  # botocore itself cannot write garbage as JSON
        for _ in range(REQUESTS):
            service, operation = choose.choice(sorted(OPERATIONS))
            params = maker.of_shape(shape_of(operation))
            method = getattr(clients[service], xform_name(operation))
            try:
                method(**params)
            except ClientError as error:
                OUTCOMES[operation, "client refused"] += 1
                code, status = error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
                # AWS itself fails for empty capacity in UpdateTable.
                assert status == 400 or (operation, code) == ("UpdateTable", "InternalFailure"), (operation, params)
            except NotImplementedByMock:
                OUTCOMES[operation, "client not served"] += 1
            except (BotoCoreError, AttributeError, OverflowError, RuntimeError, TypeError, ValueError) as error:
                OUTCOMES[operation, "never sent"] += 1
                # botocore's own serializer cannot write everything: only there may it have been raised.
                files = [str(frame.path) for frame in pytest.ExceptionInfo.from_exception(error).traceback]
                assert "pytest_ddbmock" not in files[-1] and not any(ENGINE in file for file in files), (
                    operation,
                    params,
                )
            else:
                OUTCOMES[operation, "client done"] += 1
