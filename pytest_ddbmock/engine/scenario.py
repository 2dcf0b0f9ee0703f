"""`Scenario`: what a test sets and what it did; made new for each test and dropped."""

from __future__ import annotations

from pytest_ddbmock.engine.calls import Calls
from pytest_ddbmock.engine.conflicts import Conflicts
from pytest_ddbmock.engine.faults import Faults
from pytest_ddbmock.engine.shard_reads import ShardReads


class Scenario:
    """Scripted faults, held keys, the record of calls and of the readers of streams."""

    __slots__ = ("calls", "conflicts", "faults", "shard_reads")

    def __init__(self) -> None:
        self.faults = Faults()
        self.conflicts = Conflicts()
        self.calls = Calls()
        self.shard_reads = ShardReads()
