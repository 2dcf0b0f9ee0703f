"""`History`: the changes of one table, in order; append, look up by number or time, cut, trim.

In the costs below n is the number of known changes, k the number of changes returned or dropped.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise, starmap
from operator import attrgetter
from typing import NamedTuple

from pytest_ddbmock.clock import no_later
from pytest_ddbmock.storage.change import ACTOR, AT, SEQ, Actor, Change, Row
from pytest_ddbmock.values.item import Item

BLOCK = 256
"""Changes in a block. To seal one takes 30 microseconds, which no single write will notice."""


class _Block(NamedTuple):
    """Older changes, by column: 40 bytes for each, where a `Change` with its two integers takes 150."""

    seqs: Sequence[int]
    ats: Sequence[int]
    olds: tuple[Item | None, ...]
    news: tuple[Item | None, ...]
    actors: tuple[Actor, ...]

    @classmethod
    def seal(cls, changes: Sequence[Change]) -> _Block:
        """Return a block of some changes."""
        seqs, ats, olds, news, actors = zip(*changes, strict=True)
        return cls(array("q", seqs), array("q", ats), olds, news, actors)

    def rows(self) -> Iterator[Row]:
        """Return the changes, oldest first."""
        return zip(self.seqs, self.ats, self.olds, self.news, self.actors, strict=True)

    def behind(self, seq: int) -> _Block:
        """Return the block of the changes with a higher sequence number than `seq`."""
        first = bisect_right(self.seqs, seq)
        if first == 0:
            return self
        return _Block(self.seqs[first:], self.ats[first:], self.olds[first:], self.news[first:], self.actors[first:])

    def backdated(self, now: int) -> _Block:
        """Return the same with no change dated later than `now`."""
        return self._replace(ats=array("q", [min(at, now) for at in self.ats])) if self.ats[-1] > now else self

    @property
    def last_seq(self) -> int:
        """Sequence number of the newest change."""
        return self.seqs[-1]

    @property
    def first_at(self) -> int:
        """Time of the oldest change."""
        return self.ats[0]


_seq = attrgetter("seq")
_at = attrgetter("at")
_last_seq = attrgetter("last_seq")
_first_at = attrgetter("first_at")


class History:
    """The changes of one table. Followers, restores and rollback only read it.

    `start` is the sequence number before the first known change. `began_at` is the creation time of the table, real or
    assumed, in microseconds. `trimmed_at` is the time of the newest change that was trimmed, None if all are known.

    The newest changes, up to `BLOCK`, are kept as they are, older ones in blocks. There is always a newest one unless
    no change is known.
    """

    __slots__ = ("_blocks", "_newest", "began_at", "start", "trimmed_at")

    def __init__(self, start: int, began_at: int) -> None:
        self._blocks: list[_Block] = []
        self._newest: list[Change] = []
        self.start = start
        self.began_at = began_at
        self.trimmed_at: int | None = None

    def append(self, change: Change) -> None:
        """Append the newest change. O(1)."""
        if len(self._newest) == BLOCK:
            self._blocks.append(_Block.seal(self._newest))
            self._newest.clear()
        self._newest.append(change)

    @property
    def last_seq(self) -> int:
        """Sequence number of the newest change; `start` without changes. O(1)."""
        return self._newest[-1].seq if self._newest else self.start

    @property
    def last_at(self) -> int:
        """Time of the newest change in microseconds; `known_from` without changes. O(1)."""
        return self._newest[-1].at if self._newest else self.known_from

    @property
    def known_from(self) -> int:
        """Earliest time, in microseconds, at which the state of the table is known. O(1)."""
        return self.began_at if self.trimmed_at is None else self.trimmed_at

    def has_trimmed(self, seq: int) -> bool:
        """Return whether `trim` has dropped the changes up to this sequence number. O(1)."""
        return self.trimmed_at is not None and seq <= self.start

    def since(self, seq: int, limit: int | None = None) -> list[Change]:
        """Return up to `limit` changes with a higher sequence number than `seq`, oldest first. O(log n + k)."""
        return [row if isinstance(row, Change) else Change(*row) for row in self.rows_since(seq, limit)]

    def rows_since(self, seq: int, limit: int | None = None) -> list[Row]:
        """Return what `since` does, as tuples: for pages of a thousand, where `Change` objects double the time."""
        if not self._blocks or self._blocks[-1].last_seq <= seq:
            first = bisect_right(self._newest, seq, key=_seq)
            return list(self._newest[first:] if limit is None else self._newest[first : first + limit])
        number = bisect_right(self._blocks, seq, key=_last_seq)
        rows = list(self._blocks[number].behind(seq).rows())
        for block in self._blocks[number + 1 :]:
            if limit is not None and len(rows) >= limit:
                return rows[:limit]
            rows += block.rows()
        rows += self._newest
        return rows if limit is None else rows[:limit]

    def images(self, after: int, until: int) -> Iterator[tuple[Item | None, Item | None]]:
        """Yield old and new image of the changes with `after` < sequence number <= `until`, newest first. O(k) from
        the newest change on.
        """
        for change in reversed(self._newest):
            if change.seq <= after:
                return
            if change.seq <= until:
                yield change.old, change.new
        for block in reversed(self._blocks):
            first, end = bisect_right(block.seqs, after), bisect_right(block.seqs, until)
            yield from zip(reversed(block.olds[first:end]), reversed(block.news[first:end]), strict=True)
            if first > 0:
                return

    def find(self, seq: int) -> Change | None:
        """Return the change with this sequence number, None without one. O(log n)."""
        following = self.since(seq - 1, 1)
        return following[0] if following and following[0].seq == seq else None

    def seq_at(self, moment: int) -> int:
        """Return the sequence number of the last change at or before `moment` in microseconds. O(log n)."""
        if self._newest and self._newest[0].at <= moment:
            return self._newest[bisect_right(self._newest, moment, key=_at) - 1].seq
        number = bisect_right(self._blocks, moment, key=_first_at)
        if number == 0:
            return self.start
        block = self._blocks[number - 1]
        return block.seqs[bisect_right(block.ats, moment) - 1]

    def last_at_by_others(self, actor: Actor, seq: int) -> int | None:
        """Return the time of the newest change with a higher number than `seq` that `actor` did not make. O(k)."""
        return next((row[AT] for row in reversed(self.rows_since(seq)) if row[ACTOR] is not actor), None)

    def cut(self, seq: int) -> None:
        """Drop the changes with a higher sequence number than `seq`. O(log n + k)."""
        while self._newest and self._newest[0].seq > seq:
            self._newest = list(starmap(Change, self._blocks.pop().rows())) if self._blocks else []
        del self._newest[bisect_right(self._newest, seq, key=_seq) :]

    def trim(self, seq: int, max_count: int) -> int:
        """Drop up to `max_count` of the oldest changes, none with a higher sequence number than `seq`; return how many.

        O(k), and O(n / `BLOCK`) as the other blocks move up.
        """
        left = max_count
        while self._blocks and left > 0:
            block = self._blocks[0]
            count = min(bisect_right(block.seqs, seq), left)
            if count == 0:
                return max_count - left
            left -= count
            self.start, self.trimmed_at = block.seqs[count - 1], block.ats[count - 1]
            if count == len(block.seqs):
                del self._blocks[0]
            else:
                self._blocks[0] = block.behind(self.start)
        count = min(bisect_right(self._newest, seq, key=_seq), left)
        if count > 0:
            left -= count
            last = self._newest[count - 1]
            self.start, self.trimmed_at = last.seq, last.at
            del self._newest[:count]
        return max_count - left

    def restart(self, seq: int, began_at: int) -> None:
        """Drop all changes: the present state becomes the initial one. O(n)."""
        self._blocks.clear()
        self._newest.clear()
        self.start = seq
        self.began_at = began_at
        self.trimmed_at = None

    def backdate(self, now: int) -> None:
        """Date what is later than `now`, in microseconds, as of `now`; positions stay."""
        self.began_at = min(self.began_at, now)
        self.trimmed_at = no_later(self.trimmed_at, now)
        if self.last_at > now:
            self._blocks = [block.backdated(now) for block in self._blocks]
            self._newest = [change._replace(at=min(change.at, now)) for change in self._newest]

    def __len__(self) -> int:
        """Return the number of known changes. O(n / `BLOCK`)."""
        return sum(len(block.seqs) for block in self._blocks) + len(self._newest)

    def check(self) -> None:
        """Assert the invariants: numbers rise, times do not fall, the newest change is not in a block."""
        assert self._newest or not self._blocks
        assert len(self._newest) <= BLOCK
        rows = self.rows_since(self.start)
        assert len(rows) == len(self)
        for earlier, later in pairwise(rows):
            assert earlier[SEQ] < later[SEQ]
            assert earlier[AT] <= later[AT]
