"""`History`: the changes of one table, in order; append, since, until, cut, trim."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from operator import attrgetter

from pytest_ddbmock.storage.change import Change

_SEQ = attrgetter("seq")
_AT = attrgetter("at")


class History:
    """The changes of one table. Followers, restores and rollback only read it.

    `start` is the sequence number before the first change that is known, `began_at` the moment in microseconds at
    which the table came to be, or was said to have come to be; `trimmed_at` that of the newest change that has been
    forgotten because nobody needed it, None where all are known.
    """

    __slots__ = ("_changes", "began_at", "start", "trimmed_at")

    def __init__(self, start: int, began_at: int) -> None:
        self._changes: list[Change] = []
        self.start = start
        self.began_at = began_at
        self.trimmed_at: int | None = None

    def append(self, change: Change) -> None:
        """Write down the newest change."""
        self._changes.append(change)

    @property
    def last_seq(self) -> int:
        """Sequence number of the newest change, else of the beginning."""
        return self._changes[-1].seq if self._changes else self.start

    @property
    def last_at(self) -> int:
        """Moment of the newest change in microseconds, else of the beginning."""
        return self._changes[-1].at if self._changes else self.known_from

    @property
    def known_from(self) -> int:
        """The earliest moment, in microseconds, of which it can be told what the table was."""
        return self.began_at if self.trimmed_at is None else self.trimmed_at

    def has_trimmed(self, seq: int) -> bool:
        """Whether a change with this sequence number, if there was one, has been forgotten by `trim`."""
        return self.trimmed_at is not None and seq <= self.start

    @property
    def is_untouched(self) -> bool:
        """Whether nothing has changed since it began."""
        return not self._changes and self.trimmed_at is None

    def since(self, seq: int, limit: int | None = None) -> list[Change]:
        """Up to `limit` changes with a higher sequence number than `seq`, oldest first."""
        changes = self._changes
        if not changes or changes[-1].seq <= seq:
            return []
        start = bisect_right(changes, seq, key=_SEQ)
        return changes[start:] if limit is None else changes[start : start + limit]

    def find(self, seq: int) -> Change | None:
        """The change with this sequence number."""
        index = bisect_left(self._changes, seq, key=_SEQ)
        found = self._changes[index] if index < len(self._changes) else None
        return found if found is not None and found.seq == seq else None

    def backwards_to(self, seq: int) -> Iterator[Change]:
        """The changes with a higher sequence number than `seq`, newest first."""
        for change in reversed(self._changes):
            if change.seq <= seq:
                return
            yield change

    def after(self, moment: int) -> list[Change]:
        """The changes made later than `moment` in microseconds, newest first."""
        newer = self._changes[bisect_right(self._changes, moment, key=_AT) :]
        newer.reverse()
        return newer

    def seq_at(self, moment: int) -> int:
        """Sequence number of the last change made at or before `moment` in microseconds."""
        index = bisect_right(self._changes, moment, key=_AT)
        return self._changes[index - 1].seq if index else self.start

    def cut(self, seq: int) -> None:
        """Forget the changes with a higher sequence number than `seq`."""
        del self._changes[bisect_right(self._changes, seq, key=_SEQ) :]

    def trim(self, seq: int, most: int) -> int:
        """Forget the oldest changes with sequence numbers up to `seq`, `most` at a time. Gives how many that were."""
        count = min(bisect_right(self._changes, seq, key=_SEQ), most)
        if count:
            newest = self._changes[count - 1]
            self.start, self.trimmed_at = newest.seq, newest.at
            del self._changes[:count]
        return count

    def restart(self, seq: int, began_at: int) -> None:
        """Forget everything: what the table holds now is how it began."""
        self._changes.clear()
        self.start = seq
        self.began_at = began_at
        self.trimmed_at = None

    def __len__(self) -> int:
        return len(self._changes)

    def check(self) -> None:
        """Assert the invariants: sequence numbers rise, moments do not fall."""
        for earlier, later in zip(self._changes, self._changes[1:], strict=False):
            assert earlier.seq < later.seq
            assert earlier.at <= later.at
