"""`History`: the changes of one table, in order; append, look up by number or time, cut, trim.

In the costs below n is the number of known changes, k the number of changes returned or dropped.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from operator import attrgetter

from pytest_ddbmock.clock import no_later
from pytest_ddbmock.storage.change import Change

_SEQ = attrgetter("seq")
_AT = attrgetter("at")


class History:
    """The changes of one table. Followers, restores and rollback only read it.

    `start` is the sequence number before the first known change. `began_at` is the creation time of the table, real or
    assumed, in microseconds. `trimmed_at` is the time of the newest change that was trimmed, None if all are known.
    """

    __slots__ = ("_changes", "began_at", "start", "trimmed_at")

    def __init__(self, start: int, began_at: int) -> None:
        self._changes: list[Change] = []
        self.start = start
        self.began_at = began_at
        self.trimmed_at: int | None = None

    def append(self, change: Change) -> None:
        """Append the newest change. O(1)."""
        self._changes.append(change)

    @property
    def last_seq(self) -> int:
        """Sequence number of the newest change; `start` without changes. O(1)."""
        return self._changes[-1].seq if self._changes else self.start

    @property
    def last_at(self) -> int:
        """Time of the newest change in microseconds; `known_from` without changes. O(1)."""
        return self._changes[-1].at if self._changes else self.known_from

    @property
    def known_from(self) -> int:
        """Earliest time, in microseconds, at which the state of the table is known. O(1)."""
        return self.began_at if self.trimmed_at is None else self.trimmed_at

    def has_trimmed(self, seq: int) -> bool:
        """Return whether `trim` has dropped the changes up to this sequence number. O(1)."""
        return self.trimmed_at is not None and seq <= self.start

    @property
    def is_untouched(self) -> bool:
        """True if no change was ever appended, or none since `restart`. O(1)."""
        return not self._changes and self.trimmed_at is None

    def since(self, seq: int, limit: int | None = None) -> list[Change]:
        """Return up to `limit` changes with a higher sequence number than `seq`, oldest first. O(log n + k)."""
        changes = self._changes
        if not changes or changes[-1].seq <= seq:
            return []
        start = bisect_right(changes, seq, key=_SEQ)
        return changes[start:] if limit is None else changes[start : start + limit]

    def find(self, seq: int) -> Change | None:
        """Return the change with this sequence number, None without one. O(log n)."""
        index = bisect_left(self._changes, seq, key=_SEQ)
        found = self._changes[index] if index < len(self._changes) else None
        return found if found is not None and found.seq == seq else None

    def backwards_to(self, seq: int) -> Iterator[Change]:
        """Yield the changes with a higher sequence number than `seq`, newest first. O(k)."""
        for change in reversed(self._changes):
            if change.seq <= seq:
                return
            yield change

    def after(self, moment: int) -> list[Change]:
        """Return the changes made after `moment` in microseconds, newest first. O(log n + k)."""
        newer = self._changes[bisect_right(self._changes, moment, key=_AT) :]
        newer.reverse()
        return newer

    def seq_at(self, moment: int) -> int:
        """Return the sequence number of the last change at or before `moment` in microseconds. O(log n)."""
        index = bisect_right(self._changes, moment, key=_AT)
        return self._changes[index - 1].seq if index else self.start

    def cut(self, seq: int) -> None:
        """Drop the changes with a higher sequence number than `seq`. O(log n + k)."""
        del self._changes[bisect_right(self._changes, seq, key=_SEQ) :]

    def trim(self, seq: int, max_count: int) -> int:
        """Drop up to `max_count` of the oldest changes, none with a higher sequence number than `seq`; return how many.

        O(n) if any is dropped, as the rest moves up: n pointers, not n changes.
        """
        count = min(bisect_right(self._changes, seq, key=_SEQ), max_count)
        if count:
            newest = self._changes[count - 1]
            self.start, self.trimmed_at = newest.seq, newest.at
            del self._changes[:count]
        return count

    def restart(self, seq: int, began_at: int) -> None:
        """Drop all changes: the present state becomes the initial one. O(n)."""
        self._changes.clear()
        self.start = seq
        self.began_at = began_at
        self.trimmed_at = None

    def backdate(self, now: int) -> None:
        """Date what is later than `now`, in microseconds, as of `now`; positions stay."""
        self.began_at = min(self.began_at, now)
        self.trimmed_at = no_later(self.trimmed_at, now)
        changes = self._changes
        for index in range(bisect_right(changes, now, key=_AT), len(changes)):
            changes[index] = changes[index]._replace(at=now)

    def __len__(self) -> int:
        """Return the number of known changes. O(1)."""
        return len(self._changes)

    def check(self) -> None:
        """Assert the invariants: sequence numbers rise, times do not fall."""
        for earlier, later in zip(self._changes, self._changes[1:], strict=False):
            assert earlier.seq < later.seq
            assert earlier.at <= later.at
