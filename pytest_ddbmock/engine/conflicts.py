"""Keys that a test holds, as a transaction of somebody else's would that goes on for longer.

Source: "Transaction conflict handling in DynamoDB".
"""

from __future__ import annotations

from pytest_ddbmock import errors
from pytest_ddbmock.errors import UsageError
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
        self._holds: list[Hold] = []

    def add(self, hold: Hold) -> None:
        """Hold a key from now on."""
        self._holds.append(hold)

    def remove(self, hold: Hold) -> None:
        """Let a key go."""
        if hold in self._holds:
            self._holds.remove(hold)

    def require_free(self, table: Table, key: Key) -> None:
        """An attempt at the item at `key` must not meet a transaction.

        Errors: `TransactionConflictException`.
        """
        if self._holds and self._met(table, key) is not None:
            raise errors.transaction_conflict()

    def hands_back(self, table: Table, key: Key) -> bool:
        """Whether a batch gets its write at `key` back as unprocessed.

        Unsure: AWS documents no conflict of BatchWriteItem, and its single writes must not get into a transaction.
        Errors: `UsageError` when that goes on without end.
        """
        hold = self._met(table, key) if self._holds else None
        if hold is None:
            return False
        hold.handed_back += 1
        if hold.handed_back > MAX_REPEATS:
            raise UsageError(
                f'faults.hold: a batch was given its write to a held key of table "{table.name}" back as unprocessed '
                f"{MAX_REPEATS} times, and would be for ever; let the key go before, or hold one that no batch writes"
            )
        return True

    def _met(self, table: Table, key: Key) -> Hold | None:
        for hold in self._holds:
            if hold.table is table and hold.key == key:
                hold.hits += 1
                return hold
        return None
