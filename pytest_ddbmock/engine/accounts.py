"""`Accounts`: what operations work on: the tables of all accounts, their time and changes, the test's scenario."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from pytest_ddbmock.clock import Clock
from pytest_ddbmock.engine.agenda import Agenda
from pytest_ddbmock.engine.catalog import Catalog
from pytest_ddbmock.engine.chance import Chance
from pytest_ddbmock.engine.clockwork import Clockworks
from pytest_ddbmock.engine.commit import Committer
from pytest_ddbmock.engine.expiry import Sweeper
from pytest_ddbmock.engine.history_readers import HistoryReader, HistoryReaders, Mark
from pytest_ddbmock.engine.outbound_work import OutboundWork
from pytest_ddbmock.engine.rules import Rules
from pytest_ddbmock.engine.scenario import Scenario
from pytest_ddbmock.engine.serials import Serials
from pytest_ddbmock.engine.shard_roller import ShardRoller
from pytest_ddbmock.engine.tokens import Tokens
from pytest_ddbmock.engine.trimmer import Need, Trimmer
from pytest_ddbmock.storage.change import Actor, Change
from pytest_ddbmock.storage.table import Dated, Restorable, Table, Write

K = TypeVar("K", bound=Restorable)

LATER = 1 << 63
"""A moment behind all others."""


class Accounts:
    """The state of one mock. Knows no botocore, no pytest and no wall clock; one lock, no threads of its own."""

    def __init__(
        self,
        *,
        clock: Clock,
        followers: Sequence[Callable[[Table], None]] = (),
        rules: Rules = Rules(),  # noqa: B008  # frozen
        history_needs: Sequence[Need] | None = None,
    ) -> None:
        """`history_needs` tell what of the histories can be forgotten; None keeps them for good."""
        self.clock = clock
        self.lock = threading.RLock()
        self.scenario = Scenario(rules)
        self.catalog = Catalog()
        self.clockworks = Clockworks()
        self.agenda = Agenda(self.clockworks)
        self.outbound_work = OutboundWork(self.lock, self.clockworks)
        self.serials = Serials()
        self.tokens = Tokens()
        self.roller = ShardRoller(self.catalog, self._rules)
        # What expired before a table is deleted was still told by its stream: the agenda comes last.
        for work in (
            Sweeper(self.catalog, self.commit, self.clockworks, self._rules),
            self.roller,
            self.agenda,
        ):
            self.clockworks.add(work)
        self._committer = Committer(followers)
        self.readers = HistoryReaders()
        self._kept: list[tuple[Restorable, Any]] = []
        """With what each held when it came."""
        self._states: dict[type, Any] = {}
        for holder in (self.catalog, self.agenda, self.outbound_work, self.serials, self.clockworks, self.tokens):
            self.keep(holder)
        self.keep(self.readers)
        self._trimmer = None if history_needs is None else Trimmer(self.catalog, history_needs, self.readers)
        self._last_now = 0
        self._ids = Chance().for_("ids")

    # ---- time

    @property
    def rules(self) -> Rules:
        """The rules of the scenario."""
        return self.scenario.rules

    def _rules(self) -> Rules:
        return self.scenario.rules

    @contextlib.contextmanager
    def under(self, **changes: Any) -> Iterator[None]:
        """Change fields of the rules for what happens inside."""
        with self.lock:
            scenario = self.scenario
            before, scenario.rules = scenario.rules, scenario.rules._replace(**changes)
            try:
                yield
            finally:
                scenario.rules = before

    def run_due(self) -> int:
        """Do what has fallen due: statuses, expiry, outbound work. Return the present moment in microseconds."""
        now = self.run_clockworks()
        while self.outbound_work and self.outbound_work.run(now):
            now = self.run_clockworks()
        return now

    def next_due(self, until: int) -> int | None:
        """Return the earliest moment by `until`, both in microseconds, at which something falls due; None if none."""
        with self.lock:
            moments = (self.clockworks.next_due(until), self.outbound_work.next_due(until))
            return min((moment for moment in moments if moment is not None), default=None)

    def run_clockworks(self, ahead: int = 0) -> int:
        """Do what has fallen due inside the accounts. Return the present moment in microseconds.

        `ahead` is how much later than the clock it is for a caller that has waited.
        """
        with self.lock:
            now = self.clock.now() + ahead
            if now < self._last_now:
                self._go_back(now)
            self._last_now = now
            self.clockworks.run(now)
            if self._trimmer is not None:
                self._trimmer.trim(self.seq, now)
            return now

    # ---- item changes

    def commit(self, writes: Sequence[Write], *, now: int, actor: Actor = Actor.USER) -> list[Change]:
        """Make all writes real; the only door for item changes."""
        return self._committer.commit(writes, now=now, actor=actor)

    @property
    def seq(self) -> int:
        """Sequence number of the last change of any table."""
        return self._committer.seq

    # ---- going back

    def keep(self, holder: Restorable) -> None:
        """Have `holder` marked and rolled back with the rest; to an earlier mark, it goes back to what it is now."""
        self._kept.append((holder, holder.mark()))

    def state(self, kind: type[K]) -> K:
        """Return the one object of a class to the right that holds account state, made when first asked for."""
        with self.lock:
            found: K | None = self._states.get(kind)
            if found is None:
                found = self._states[kind] = kind()
                self.keep(found)
            return found

    def mark(self) -> Mark:
        """Return what `rollback` needs; costs nothing that grows with the items."""
        with self.lock:
            mark = Mark([holder.mark() for holder, _ in self._kept])
            self.readers.add(mark)
            return mark

    def rollback(self, mark: Mark) -> None:
        """Restore the state at the mark. Sequence numbers and ids go on."""
        marks = mark.holders
        with self.lock:
            for index, (holder, beginning) in enumerate(self._kept):
                holder.rollback(marks[index] if index < len(marks) else beginning)
            self._last_now = LATER  # the marks know nothing of a clock that went back since

    @property
    def keeps_history(self) -> bool:
        """True if no change is ever forgotten."""
        return self._trimmer is None

    def add_reader(self, reader: HistoryReader) -> None:
        """Keep what `reader` needs of the histories, and roll it back with the rest, as long as somebody holds it."""
        with self.lock:
            self.readers.add(reader)

    def new_scenario(self) -> None:
        """Forget what the last test scripted and did; the rules stay."""
        with self.lock:
            self.scenario = Scenario(self.scenario.rules)

    def begin_history(self) -> None:
        """Let the history of all tables begin now: what they hold was always there, as for a seed."""
        with self.lock:
            now = self.clock.now()
            for table in self.catalog.all_tables():
                self._make_new(table, now)
            self.clockworks.at = now

    def notice_time(self) -> None:
        """Have nothing dated later than the clock, without doing what is due; for a clock that is about to be moved."""
        with self.lock:
            now = self.clock.now()
            if now < self._last_now:
                self._go_back(now)
                self._last_now = now

    def _go_back(self, now: int) -> None:
        """Have everything that is dated later than `now` made now: the clock went back, perhaps by years."""
        for holder in (*[holder for holder, _ in self._kept], self._trimmer):
            if isinstance(holder, Dated):
                holder.backdate(now)

    def _make_new(self, table: Table, now: int) -> None:
        table.settings = table.settings.as_new(now)
        table.forget_history(self.seq)

    # ---- names

    def hex_id(self, digits: int) -> str:
        """Return a lower-case hexadecimal id, the same in every run."""
        return f"{self._ids.getrandbits(4 * digits):0{digits}x}"

    def uuid(self) -> str:
        """Return a version 4 UUID, the same in every run."""
        digits = self.hex_id(32)
        variant = "89ab"[int(digits[16], 16) % 4]
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
