"""Incremental exports tell what a period did to each item: against brute force, and one laid upon the other."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ddbmock.archive.bucket import MemoryBucket, MemoryBuckets
from pytest_ddbmock.archive.external_services import ExternalServices
from tests.support.accounts import SECOND, START, Account
from tests.support.models import needs

PERIOD = 15 * 60
PERIODS = 3

CHANGES = st.lists(
    st.tuples(
        st.integers(0, PERIODS * PERIOD - 1),
        st.sampled_from("abcd"),
        st.one_of(st.none(), st.sampled_from(["red", "blue"])),
    ),
    max_size=30,
).map(lambda changes: sorted(changes, key=lambda change: change[0]))
"""Seconds from the start, key, and the colour that is put, None for a deletion."""

State = dict[str, str]


class Shop:
    """A table of colours, changed at given seconds, and what it was at the beginning of each period."""

    def __init__(self, changes: list[tuple[int, str, str | None]]) -> None:
        self.account = Account()
        outside = self.account.engine.state(ExternalServices)
        outside.buckets = buckets = MemoryBuckets()
        buckets.named["exports"] = self.bucket = MemoryBucket("123456789012")
        self.arn = self.account.create("colours").arn
        enabled = {"PointInTimeRecoveryEnabled": True}
        self.account.call("UpdateContinuousBackups", TableName="colours", PointInTimeRecoverySpecification=enabled)
        self.touched: list[dict[str, int]] = [{} for _ in range(PERIODS)]
        """The keys that were written in each period, with the moment of the last write in microseconds."""
        self.states: list[State] = [{}]
        state: State = {}
        for second, key, colour in changes:
            self._end_periods(second // PERIOD, state)
            self.account.clock.moment = START + second * SECOND
            if self._write(state, key, colour):
                self.touched[second // PERIOD][key] = self.account.clock.moment
        self._end_periods(PERIODS, state)
        self.account.clock.moment = START + (PERIODS * PERIOD + 600) * SECOND

    def _end_periods(self, number: int, state: State) -> None:
        while len(self.states) <= number:
            self.states.append(dict(state))

    def _write(self, state: State, key: str, colour: str | None) -> bool:
        """Put or delete; tells whether there was something to do it to. A put of what is there already is one too."""
        if colour is not None:
            self.account.call("PutItem", TableName="colours", Item=item(key, colour))
            state[key] = colour
            return True
        self.account.call("DeleteItem", TableName="colours", Key={"pk": {"S": key}})
        return state.pop(key, None) is not None

    def export(self, **more: Any) -> list[dict[str, Any]]:
        """The lines of an export."""
        for key in self.bucket.keys(""):
            self.bucket.delete(key)
        self.account.call("ExportTableToPointInTime", TableArn=self.arn, S3Bucket="exports", **more)
        bodies = [gzip.decompress(self.bucket.get(key)) for key in self.bucket.keys("") if "/data/" in key]
        return [json.loads(line) for body in bodies for line in body.splitlines()]

    def records(self, number: int, view_type: str = "NEW_AND_OLD_IMAGES", **more: Any) -> dict[str, dict[str, Any]]:
        """The records of a period by key."""
        start = START // SECOND + number * PERIOD
        lines = self.export(
            ExportType="INCREMENTAL_EXPORT",
            IncrementalExportSpecification={
                "ExportFromTime": start,
                "ExportToTime": start + PERIOD,
                "ExportViewType": view_type,
            },
            **more,
        )
        return {line["Keys"]["pk"]["S"]: line for line in lines}


def item(key: str, colour: str) -> dict[str, Any]:
    return {"pk": {"S": key}, "colour": {"S": colour}}


def expected(shop: Shop, number: int, *, with_old: bool) -> dict[str, dict[str, Any]]:
    """By brute force: what was there before the period and what after it, for each key that was written in it."""
    before, after = shop.states[number], shop.states[number + 1]
    records = {}
    for key, moment in shop.touched[number].items():
        if key not in before and key not in after:
            continue
        record: dict[str, Any] = {
            "Metadata": {"WriteTimestampMicros": {"N": str(moment)}},
            "Keys": {"pk": {"S": key}},
        }
        if with_old and key in before:
            record["OldImage"] = item(key, before[key])
        if key in after:
            record["NewImage"] = item(key, after[key])
        records[key] = record
    return records


@given(changes=CHANGES)
@settings(max_examples=60, deadline=None)
def test_records_are_the_net_effect_of_their_period(changes):
    shop = Shop(changes)
    for number in range(PERIODS):
        assert shop.records(number) == expected(shop, number, with_old=True)
        assert shop.records(number, "NEW_IMAGE") == expected(shop, number, with_old=False)


@given(changes=CHANGES)
@settings(max_examples=40, deadline=None)
def test_periods_laid_upon_one_another_give_the_table(changes):
    shop = Shop(changes)
    copy: dict[str, Any] = {}
    for number in range(PERIODS):
        for key, record in shop.records(number, "NEW_IMAGE").items():
            copy.pop(key, None)
            if "NewImage" in record:
                copy[key] = record["NewImage"]
    assert copy == {line["Item"]["pk"]["S"]: line["Item"] for line in shop.export()}


@needs("dynamodb", "ExportTableToPointInTime", "FilterSpecification")
@pytest.mark.parametrize("view_type", ["NEW_AND_OLD_IMAGES", "NEW_IMAGE"])
@given(changes=CHANGES)
@settings(max_examples=40, deadline=None)
def test_a_filter_looks_at_the_latest_image_that_there_is(view_type, changes):
    shop = Shop(changes)
    red = {"FilterExpression": "colour = :red", "ExpressionAttributeValues": {":red": {"S": "red"}}}
    for number in range(PERIODS):
        everything = expected(shop, number, with_old=view_type == "NEW_AND_OLD_IMAGES")
        latest = {**shop.states[number], **shop.states[number + 1]}
        wanted = {key: record for key, record in everything.items() if latest[key] == "red"}
        assert shop.records(number, view_type, FilterSpecification=red) == wanted
