"""Bytes to capacity units."""

from __future__ import annotations

import pytest

from pytest_ddbmock.metering.units import read_units, write_units


@pytest.mark.parametrize(
    "size, consistent, units",
    [
        (0, True, 1.0),
        (0, False, 0.5),
        (1, True, 1.0),
        (4096, True, 1.0),
        (4097, True, 2.0),
        (4097, False, 1.0),
        (8193, False, 1.5),
        (409_600, True, 100.0),
    ],
)
def test_reads_are_counted_in_blocks_of_4_kb(size: int, consistent: bool, units: float) -> None:
    assert read_units(size, consistent=consistent) == units


@pytest.mark.parametrize(
    "old, new, units", [(0, 0, 1.0), (0, 1024, 1.0), (0, 1025, 2.0), (3000, 10, 3.0), (10, 409_600, 400.0)]
)
def test_writes_are_counted_in_blocks_of_1_kb_of_the_larger_image(old: int, new: int, units: float) -> None:
    assert write_units(old, new) == units
