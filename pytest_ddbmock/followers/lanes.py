"""`Lane`: how far an event source mapping has handled a shard; `Window` and `Step`: what it is in, and what comes next.

All frozen: a snapshot of a mapping is a copy of the dict that holds its lanes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from pytest_ddbmock.followers.batches import Batch

LaneKey: TypeAlias = "tuple[str, int]"
"""Id of a shard, and the number of one of its concurrent readers (`parallelization_factor`)."""

_NO_RECORDS = Batch(())


@dataclass(frozen=True)
class Window:
    """An open tumbling window; `start` in microseconds."""

    start: int
    state: Any
    is_early: bool = False
    """Whether it ends early, because its state is too large or its shard has ended."""
    closing: Batch = _NO_RECORDS
    """The attempts at its final invocation."""


@dataclass(frozen=True)
class Lane:
    """The progress of one concurrent reader in one shard.

    `position` is the sequence number of the last record that was handled or is in `pending`.
    """

    position: int
    pending: tuple[Batch, ...] = ()
    """Batches that were tried, or the parts they were split into, in order."""
    window: Window | None = None
    is_done: bool = False
    """Whether the shard has ended and everything in it was handled."""


@dataclass(frozen=True)
class Step:
    """The next invocation for a lane, at `due` in microseconds."""

    key: LaneKey
    lane: Lane
    """The lane before the step."""
    batch: Batch
    position: int
    """The position of the lane after the step."""
    due: int
    window: Window | None = None
    is_final: bool = False
    """Whether it closes the window."""

    @property
    def order(self) -> tuple[int, int]:
        """The sort key among steps that are due: what was written first comes first."""
        return self.due, self.batch.changes[0].seq if self.batch.changes else self.position
