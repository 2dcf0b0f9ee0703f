"""`Admission`: the one place that refuses a good request, before anything is read or written.

An operation names what it is about to touch; refusers (scripted faults, held keys, ...) are asked in their order. None
of them knows which operation asks, no operation knows which refusers there are.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.storage.schema import Key
from pytest_ddbmock.storage.table import Table


class Access(enum.Enum):
    """How a call touches something."""

    READ = "read"
    WRITE = "write"
    BATCH_WRITE = "write that is handed back as unprocessed when it is refused"
    TRANSACT_READ = "transactional read"
    TRANSACT_WRITE = "transactional write"


class Touch(NamedTuple):
    """One thing that a call is about to read or write.

    `key` is an item's key in its table; for a range of an index or a table it is (partition, None), and None for a
    whole index or table.
    """

    table: Table
    key: Key | None
    access: Access
    index_name: str | None = None


class Refuser(Protocol):
    """Something that refuses: a scripted fault, a held key, an empty bucket."""

    @property
    def entries(self) -> Sequence[object]:
        """What it refuses by; while that is empty it is not asked."""
        ...

    def refuse_attempt(self, operation: str, tables: Sequence[str]) -> DynamoDBError | None:
        """Return the error for a whole attempt at AWS's `operation` on `tables` (names), None to let it pass."""
        ...

    def refuse_touch(self, touch: Touch) -> DynamoDBError | None:
        """Return the error for one touch, None to let it pass."""
        ...


class Admission:
    """Asks the refusers of a scenario, in order."""

    __slots__ = ("_refusers",)

    def __init__(self, refusers: Sequence[Refuser]) -> None:
        self._refusers = tuple(refusers)

    def refusals(
        self, operation: str, tables: Sequence[str], touches: Sequence[Touch]
    ) -> Sequence[DynamoDBError | None]:
        """Return the refusal of each touch, None for those that pass; empty if nobody refuses anything.

        Errors: the `DynamoDBError` that refuses the attempt as a whole.
        """
        refusals: list[DynamoDBError | None] = []
        for refuser in self._refusers:
            if not refuser.entries:
                continue
            if (refusal := refuser.refuse_attempt(operation, tables)) is not None:
                raise refusal
            refusals = refusals or [None] * len(touches)
            for place, touch in enumerate(touches):
                if refusals[place] is None:
                    refusals[place] = refuser.refuse_touch(touch)
        return refusals
