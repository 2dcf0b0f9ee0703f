"""`Scenario`: what a test sets and what it did; made new for each test and dropped."""

from __future__ import annotations

from pytest_ddbmock.engine.calls import Calls
from pytest_ddbmock.engine.faults import Faults


class Scenario:
    """Scripted faults and the record of calls."""

    __slots__ = ("calls", "faults")

    def __init__(self) -> None:
        self.faults = Faults()
        self.calls = Calls()
