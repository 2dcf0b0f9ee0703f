"""Keys that a test holds, as a transaction of somebody else's would that goes on for longer.

Source: "Transaction conflict handling in DynamoDB".
"""

from __future__ import annotations

from collections.abc import Sequence

from pytest_ddbmock import errors
from pytest_ddbmock.engine.admission import Access, Touch
from pytest_ddbmock.errors import DynamoDBError, UsageError
from pytest_ddbmock.storage.schema import Key
from pytest_ddbmock.storage.table import Table

MAX_REPEATS = 100
"""How often a held key is handed back to batches: an application that repeats them at once would do so for ever."""


class Hold:
    """Somebody else's transaction on the item at `key` of `table`; `hits` counts the attempts that met it."""

    __slots__ = ("handed_back", "hits", "key", "table")

    def __init__(self, table: Table, key: Key) -> None:
        self.table = table
        self.key = key
        self.hits = 0
        self.handed_back = 0


class Conflicts:
    """The keys that are held now."""

    def __init__(self) -> None:
        self.entries: list[Hold] = []

    def add(self, hold: Hold) -> None:
        """Hold a key from now on."""
        self.entries.append(hold)

    def remove(self, hold: Hold) -> None:
        """Let a key go."""
        if hold in self.entries:
            self.entries.remove(hold)

    # ---- protocol `Refuser`

    def refuse_attempt(self, operation: str, tables: Sequence[str]) -> DynamoDBError | None:
        """Return None: a held key refuses what touches it."""
        return None

    def refuse_touch(self, touch: Touch) -> DynamoDBError | None:
        """Return `TransactionConflictException` for a write, or a read in a transaction, of a held key.

        Unsure: AWS documents no conflict of BatchWriteItem, and its single writes must not get into a transaction.
        Errors: `UsageError` when a batch is refused without end.
        """
        hold = None if touch.access is Access.READ else self._find(touch)
        if hold is None:
            return None
        hold.hits += 1
        if touch.access is Access.BATCH_WRITE:
            hold.handed_back += 1
            if hold.handed_back > MAX_REPEATS:
                raise UsageError(
                    f'faults.hold: batches got their write to a held key of table "{touch.table.name}" back as '
                    f"unprocessed {MAX_REPEATS} times and keep trying; release the key first, or hold a key that no "
                    "batch writes"
                )
        return errors.transaction_conflict()

    def _find(self, touch: Touch) -> Hold | None:
        for hold in self.entries:
            if hold.table is touch.table and hold.key == touch.key:
                return hold
        return None
