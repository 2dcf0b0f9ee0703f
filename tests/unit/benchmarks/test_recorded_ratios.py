"""A run of the benchmarks beside the ratios that were recorded."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "recorded.py"


@pytest.fixture(scope="module")
def recorded() -> ModuleType:
    """The module, which lies beside scripts and not in a package."""
    spec = importlib.util.spec_from_file_location("benchmarks_recorded", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("ratio", [0.51, 1.0, 1.99])
def test_a_ratio_within_a_factor_of_two_is_not_spoken_of(recorded: ModuleType, ratio: float) -> None:
    found = recorded.compare({"GetItem": 1.0}, {"GetItem": ratio})
    assert (found.worse, found.better, found.unknown, found.told()) == ({}, {}, [], "")


def test_a_ratio_more_than_twice_the_recorded_one_is_worse(recorded: ModuleType) -> None:
    found = recorded.compare({"GetItem": 0.25, "Query": 2.0}, {"GetItem": 0.6, "Query": 2.0})
    assert found.worse == {"GetItem": (0.25, 0.6)}
    assert found.told() == "GetItem: 0.60, recorded 0.25: WORSE"


def test_a_ratio_less_than_half_the_recorded_one_is_a_reason_to_record_anew(recorded: ModuleType) -> None:
    found = recorded.compare({"GetItem": 1.0}, {"GetItem": 0.4})
    assert (found.worse, found.better) == ({}, {"GetItem": (1.0, 0.4)})
    assert "record" in found.told().splitlines()[-1]


def test_what_was_not_recorded_is_named_and_no_failure(recorded: ModuleType) -> None:
    found = recorded.compare({}, {"GetItem": 1.0})
    assert (found.worse, found.unknown) == ({}, ["GetItem"])
    assert "GetItem: not recorded" in found.told()


def test_a_short_run_may_leave_out_what_was_recorded(recorded: ModuleType) -> None:
    assert recorded.compare({"GetItem": 1.0}, {}).told() == ""


def test_ratios_come_back_as_they_were_recorded(recorded: ModuleType, tmp_path: Path) -> None:
    recorded.save(tmp_path, {"Python": "3.11"}, {"GetItem": 0.23456, "memory, bytes for an item": 1234.5})
    assert recorded.load(tmp_path) == {"GetItem": 0.235, "memory, bytes for an item": 1230.0}


def test_the_recorded_file_can_be_read(recorded: ModuleType) -> None:
    assert all(ratio > 0 for ratio in recorded.load(SCRIPT.parent).values())
