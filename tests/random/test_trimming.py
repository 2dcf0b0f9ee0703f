"""An account that forgets what nobody needs answers every call as one that keeps everything, and holds no more."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pytest_ddbmock.archive import export
from pytest_ddbmock.archive.export import Period
from pytest_ddbmock.engine import trimmer
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.testkit.assembly import HISTORY_NEEDS
from tests.support.accounts import Account

DAY = 86400
TABLES = st.sampled_from(("one", "two"))
KEYS = st.sampled_from("abc")
SPANS = st.one_of(st.integers(0, 20 * 60), st.sampled_from((3600, 12 * 3600, DAY - 1, DAY, DAY + 1, 2 * DAY, 40 * DAY)))


class Both(RuleBasedStateMachine):
    """Does everything in both accounts."""

    def __init__(self) -> None:
        super().__init__()
        self._slice, trimmer.SLICE = trimmer.SLICE, 2
        self.keeping, self.trimming = self.accounts = Account(), Account(keeps_history=False)
        self.iterators: list[list[str]] = []
        self.numbers: list[tuple[str, str, str]] = []
        self.marks: list[tuple[Any, Any, int, set[tuple[str, str, str]]]] = []
        self.names = itertools.count()

    def teardown(self) -> None:
        trimmer.SLICE = self._slice

    def call(self, operation: str, /, **params: Any) -> dict[str, Any]:
        """The answer of both; empty where they refuse."""
        kept, trimmed = self.outcomes(operation, [params, params])
        assert trimmed == kept
        return kept if isinstance(kept, dict) else {}

    def outcomes(self, operation: str, of_each: list[dict[str, Any]]) -> list[Any]:
        """What each account says to its own parameters."""
        return [self._outcome(one, operation, params) for one, params in zip(self.accounts, of_each, strict=True)]

    def _outcome(self, account: Account, operation: str, params: dict[str, Any]) -> Any:
        try:
            return account.call(operation, **params)
        except DynamoDBError as error:
            return error.code, error.message

    @initialize(view_type=st.sampled_from(("NEW_AND_OLD_IMAGES", "KEYS_ONLY")))
    def begin(self, view_type: str) -> None:
        for account in self.accounts:
            for name in ("one", "two"):
                account.create(name, StreamSpecification={"StreamEnabled": True, "StreamViewType": view_type})
        self.recover("one", 1)

    # ---- what changes

    @rule(table=TABLES, keys=st.lists(KEYS, min_size=1, max_size=4), value=st.sampled_from("xy"))
    def put(self, table: str, keys: list[str], value: str) -> None:
        for key in keys:
            self.call("PutItem", TableName=table, Item={"pk": {"S": key}, "v": {"S": value}})

    @rule(table=TABLES, key=KEYS)
    def delete(self, table: str, key: str) -> None:
        self.call("DeleteItem", TableName=table, Key={"pk": {"S": key}})

    @rule(seconds=SPANS)
    def tick(self, seconds: int) -> None:
        for account in self.accounts:
            account.tick(seconds)

    @rule(table=TABLES, on=st.booleans())
    def stream(self, table: str, on: bool) -> None:
        specification = {"StreamEnabled": on} | ({"StreamViewType": "NEW_IMAGE"} if on else {})
        self.call("UpdateTable", TableName=table, StreamSpecification=specification)

    @rule(table=TABLES, days=st.sampled_from((None, 1, 2)))
    def recover(self, table: str, days: int | None) -> None:
        self.tick(2)  # what was changed at the very moment may have been forgotten
        said = {"PointInTimeRecoveryEnabled": days is not None} | ({"RecoveryPeriodInDays": days} if days else {})
        self.call("UpdateContinuousBackups", TableName=table, PointInTimeRecoverySpecification=said)

    @precondition(lambda self: not self.marks)
    @rule(wanted=st.integers(0, 3))
    def mark(self, wanted: int) -> None:
        if wanted:  # while there is a mark, nothing is trimmed
            return
        kept, trimmed = (account.engine.mark() for account in self.accounts)
        self.marks.append((kept, trimmed, self.keeping.clock.moment, set(self.numbers)))

    @precondition(lambda self: self.marks)
    @rule(goes_back=st.booleans())
    def end_of_mark(self, goes_back: bool) -> None:
        *marks, moment, before = self.marks.pop()
        if goes_back:
            for account, its_mark in zip(self.accounts, marks, strict=True):
                account.engine.rollback(its_mark)
                account.clock.moment = moment
            # What has been taken back and what has been forgotten are not told apart.
            self.numbers = [one for one in self.numbers if one in before]

    # ---- what reads

    @rule(
        kind=st.sampled_from(("TRIM_HORIZON", "LATEST", "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER")), data=st.data()
    )
    def iterator(self, kind: str, data: st.DataObject) -> None:
        if kind.endswith("NUMBER"):
            if not self.numbers:
                return
            arn, shard, number = data.draw(st.sampled_from(self.numbers))
            more = {"SequenceNumber": number}
        else:
            streams = self.call("ListStreams").get("Streams")
            if not streams:
                return
            arn = data.draw(st.sampled_from([stream["StreamArn"] for stream in streams]))
            shards = self.call("DescribeStream", StreamArn=arn)["StreamDescription"]["Shards"]
            if not shards:
                return
            shard, more = data.draw(st.sampled_from([shard["ShardId"] for shard in shards])), {}
        wanted = {"StreamArn": arn, "ShardId": shard, "ShardIteratorType": kind, **more}
        given = self.outcomes("GetShardIterator", [wanted, wanted])
        if isinstance(given[0], dict):
            iterators = [one["ShardIterator"] for one in given]
            self.numbers += [(arn, shard, number) for number in self.read(iterators)]
            self.iterators.append(iterators)
        else:
            assert given[1] == given[0]

    def read(self, iterators: list[str]) -> list[str]:
        """The sequence numbers of the records that both find behind their iterators."""
        kept, trimmed = self.outcomes("GetRecords", [{"ShardIterator": one, "Limit": 3} for one in iterators])
        if not isinstance(kept, dict):
            assert trimmed == kept
            return []
        following = [page.pop("NextShardIterator", None) for page in (kept, trimmed)]
        assert trimmed == kept
        if following[0] is None:
            assert following[1] is None
        else:
            self.iterators.append(following)
        return [one["dynamodb"]["SequenceNumber"] for one in kept["Records"]]

    @rule(data=st.data())
    def read_again(self, data: st.DataObject) -> None:
        if self.iterators:
            self.read(data.draw(st.sampled_from(self.iterators)))

    @rule(table=TABLES, seconds=SPANS)
    def restore(self, table: str, seconds: int) -> None:
        told = self.call("DescribeContinuousBackups", TableName=table)["ContinuousBackupsDescription"]
        told = told["PointInTimeRecoveryDescription"]
        moment = self.keeping.clock.moment // 10**6 - seconds
        if "EarliestRestorableDateTime" in told:
            moment = max(moment, int(told["EarliestRestorableDateTime"]))
        copy = f"copy-{next(self.names)}"
        if self.call("RestoreTableToPointInTime", SourceTableName=table, TargetTableName=copy, RestoreDateTime=moment):
            self.call("Scan", TableName=copy)
            self.call("DeleteTable", TableName=copy)

    @rule(table=TABLES, seconds=SPANS)
    def changes_of_a_period(self, table: str, seconds: int) -> None:
        told = self.call("DescribeContinuousBackups", TableName=table)["ContinuousBackupsDescription"]
        told = told["PointInTimeRecoveryDescription"]
        if "EarliestRestorableDateTime" in told:
            now = self.keeping.clock.moment
            start = max(now - seconds * 10**6, int(told["EarliestRestorableDateTime"]) * 10**6)
            period = Period(start, now, "NEW_AND_OLD_IMAGES")
            kept, trimmed = [list(export.records(account.table(table), period)) for account in self.accounts]
            assert trimmed == kept

    @invariant()
    def holds_no_more_than_is_needed(self) -> None:
        account, now = self.trimming, self.trimming.clock.moment
        account.engine._trimmer._next_at = 0  # else it looks once an hour
        for _ in range(50):
            account.engine.run_due()
        for table in account.engine.catalog.all_tables():
            table.check()
            if not self.marks:
                spared = min(need(table, now) for need in HISTORY_NEEDS)
                assert table.history.since(0) == table.history.since(spared)


TestTrimming = Both.TestCase
TestTrimming.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
