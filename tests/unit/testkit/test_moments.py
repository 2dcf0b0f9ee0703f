from __future__ import annotations

import datetime

import pytest

from pytest_ddbmock import UsageError
from pytest_ddbmock.testkit.handles.moments import to_duration, to_microseconds

NEW_YEAR = 1_767_225_600 * 10**6
EAST = datetime.timezone(datetime.timedelta(hours=1))


@pytest.mark.parametrize(
    "moment",
    [
        "2026-01-01",
        "2026-01-01T00:00",
        "2026-01-01 00:00:00",
        "2026-01-01T00:00:00Z",
        "2026-01-01T01:00:00+01:00",
        datetime.date(2026, 1, 1),
        datetime.datetime(2026, 1, 1),
        datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc),
        datetime.datetime(2026, 1, 1, 1, tzinfo=EAST),
    ],
)
def test_moments_are_utc_unless_an_offset_is_given(moment):
    assert to_microseconds(moment) == NEW_YEAR


@pytest.mark.parametrize("moment", ["tomorrow", "", "2026-13-01", 5, None])
def test_an_invalid_moment_is_refused(moment):
    with pytest.raises(UsageError, match="invalid moment"):
        to_microseconds(moment)


def test_spans_are_exact():
    assert to_duration(days=1, seconds=0.000001) == 86_400 * 10**6 + 1


@pytest.mark.parametrize("parts", [{"seconds": "1"}, {"days": 10**12}, {"hours": None}, {"hours": float("nan")}])
def test_an_invalid_span_is_refused(parts):
    with pytest.raises(UsageError, match="invalid span of time"):
        to_duration(**parts)


@pytest.mark.parametrize("unit, hint", [("day", "days"), ("Hours", "hours"), ("sec", "seconds"), ("minuts", "minutes")])
def test_an_unknown_unit_is_refused_with_the_nearest_one(unit, hint):
    with pytest.raises(UsageError, match=f'unknown unit of time "{unit}"; did you mean "{hint}"'):
        to_duration(**{unit: 1})


def test_a_unit_that_is_like_none_is_refused_with_all_of_them():
    with pytest.raises(UsageError, match='unknown unit of time "fortnights"; known: days, hours, '):
        to_duration(fortnights=1)


@pytest.mark.parametrize("fraction", ["5", "50", "500", "500000", "500000000"])
def test_fractions_of_a_second_have_as_many_digits_as_people_write(fraction):
    assert to_microseconds(f"1970-01-01T00:00:01.{fraction}Z") == 1_500_000
