"""`Scenario`: what a test sets and what it did; made new for each test and dropped."""

from __future__ import annotations

from pytest_ddbmock.engine.calls import Calls
from pytest_ddbmock.engine.conflicts import Conflicts
from pytest_ddbmock.engine.faults import Faults


class Scenario:
    """Scripted faults, held keys and the record of calls."""

    __slots__ = ("calls", "conflicts", "faults")

    def __init__(self) -> None:
        self.faults = Faults()
        self.conflicts = Conflicts()
        self.calls = Calls()
