"""`Serials`: tickets that tell whether what they were given for still exists after a rollback."""

from __future__ import annotations

import itertools

_ENGINES = itertools.count(1)


class Serials:
    """Gives each ticket once in a process; one given between a mark and the rollback to it is void from then on.

    For what a test may carry into a later one: shard iterators today.
    """

    def __init__(self) -> None:
        self._engine = next(_ENGINES)
        self._last = 0
        self._void: list[tuple[int, int]] = []
        """First and last number of each run of void tickets, rising."""

    def ticket(self) -> str:
        """A ticket of this engine."""
        self._last += 1
        return f"{self._engine}.{self._last}"

    def is_good(self, ticket: str) -> bool:
        """Whether this engine gave `ticket` and has not gone back behind that moment."""
        engine, _, number = ticket.partition(".")
        if engine != str(self._engine) or not number.isdecimal():
            return False
        return int(number) <= self._last and not any(first <= int(number) <= last for first, last in self._void)

    def mark(self) -> int:
        """Protocol `Restorable`."""
        return self._last

    def rollback(self, mark: int) -> None:
        """Protocol `Restorable`."""
        if self._last > mark:
            # A run that begins behind the mark lies within the new one, so a suite of any length leaves one run.
            self._void = [run for run in self._void if run[0] <= mark] + [(mark + 1, self._last)]
