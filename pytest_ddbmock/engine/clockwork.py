"""`Clockworks`: the one loop that does what falls due when time moves.

Nothing here runs by itself: the loop runs when a call comes in and when a test moves the clock. Whatever depends on
time (statuses, expiry, shards, ...) is a `Clockwork`.
"""

from __future__ import annotations

from typing import Protocol

from pytest_ddbmock.clock import no_later


class Clockwork(Protocol):
    """Something that does work at moments (microseconds)."""

    @property
    def catches_up(self) -> bool:
        """True if one run does all work that is due by then, each piece as if at its own moment.

        A clock that jumps by decades then takes no longer. All others run once for each of their moments.
        """
        ...

    def next_due(self, until: int) -> int | None:
        """Return the moment of its earliest work that is due by `until`, None if there is none; cheap."""
        ...

    def run(self, now: int) -> None:
        """Do the work that is due by `now`."""
        ...


class Clockworks:
    """Runs each due moment once, in order; at one moment, in the order in which they were added."""

    def __init__(self) -> None:
        self._works: list[Clockwork] = []
        self.at: int | None = None
        """Everything is done that was due by this moment; None before the first look."""

    def add(self, work: Clockwork) -> None:
        """Run `work` from now on."""
        self._works.append(work)

    def next_due(self, until: int) -> int | None:
        """Return the earliest moment by `until` at which something is due, None if nothing is."""
        due = None
        for work in self._works:
            moment = work.next_due(until)
            if moment is not None and (due is None or moment < due):
                due = moment
        return due

    def run(self, now: int) -> None:
        """Do everything that is due by `now`."""
        for work in self._works:
            if work.next_due(now) is not None:
                self._run_moments(now)
                break
        self.at = now

    def _run_moments(self, now: int) -> None:
        due: int | None = now
        while due is not None:
            moments = [work.next_due(now) for work in self._works if not work.catches_up]
            due = min((moment for moment in moments if moment is not None), default=None)
            moment = now if due is None else due
            for work in self._works:
                work.run(moment)
            self.at = moment

    def backdate(self, now: int) -> None:
        """Protocol `Dated`."""
        self.at = no_later(self.at, now)

    def mark(self) -> int | None:
        """Protocol `Restorable`."""
        return self.at

    def rollback(self, mark: int | None) -> None:
        """Protocol `Restorable`."""
        self.at = mark
