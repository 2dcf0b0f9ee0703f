"""`Scenario`: what a test sets and what it did; made new for each test and dropped."""

from __future__ import annotations

from pytest_ddbmock.engine.admission import Admission
from pytest_ddbmock.engine.calls import Calls
from pytest_ddbmock.engine.conflicts import Conflicts
from pytest_ddbmock.engine.faults import Faults
from pytest_ddbmock.engine.ledger import Ledger
from pytest_ddbmock.engine.rules import Rules
from pytest_ddbmock.engine.shard_reads import ShardReads


class Scenario:
    """Rules, scripted faults, held keys; the record of calls, of capacity and of the readers of streams."""

    __slots__ = ("admission", "calls", "conflicts", "faults", "ledger", "rules", "shard_reads")

    def __init__(self, rules: Rules = Rules()) -> None:  # noqa: B008  # frozen
        self.rules = rules
        self.faults = Faults()
        self.conflicts = Conflicts()
        self.admission = Admission((self.faults, self.conflicts))
        self.calls = Calls()
        self.ledger = Ledger()
        self.shard_reads = ShardReads()
