"""Moving Python's own time: whoever moves it already is moved, else a freezegun of ours.

The only module that knows freezegun and time-machine. Neither is imported before the first move.
"""

from __future__ import annotations

import datetime
import importlib
import sys
import time
from typing import Any

from pytest_ddbmock.clock import SECOND, to_datetime
from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.testkit import options

__tracebackhide__ = options.__tracebackhide__

REAL_TIME_FOR = ("_pytest.timing",)
"""pytest's stopwatch: a test of forty days must not show so in its durations."""

MOVED_TOO = ("threading", "multiprocessing", "queue")
"""freezegun leaves these alone, and by looking five frames up all code that threads and pools run."""

_ours: list[Any] = []
"""The factories of our own freezeguns that are active, of all mocks, oldest first."""


class PythonTime:
    """Moves Python's time for one mock; `stop` undoes it."""

    def __init__(self) -> None:
        self._freezer: Any = None
        self._factory: Any = None
        self._shifted: dict[int, tuple[Any, int]] = {}
        """By id, the travellers of others that were moved, and by how much in all."""

    @property
    def is_moved(self) -> bool:
        """Whether anything is left to undo."""
        return self._factory is not None or bool(self._shifted)

    def shift(self, microseconds: int) -> None:
        """Move time by so much, back if negative."""
        traveller = self._traveller()
        if traveller is None:
            self._start_ours(microseconds)
        else:
            _shift(traveller, microseconds)
            if traveller is not self._factory:
                moved_before = self._shifted.get(id(traveller), (traveller, 0))[1]
                self._shifted[id(traveller)] = (traveller, moved_before + microseconds)

    def move_to(self, moment: int) -> None:
        """Let it be `moment`, in microseconds since the epoch."""
        traveller = self._traveller()
        if traveller is not None and hasattr(traveller, "step_width"):
            # freezegun's auto_tick_seconds: asking for the time moves it.
            now = _microseconds(traveller.time_to_freeze)
        else:
            now = round(time.time() * SECOND)
        self.shift(moment - now)

    def freeze(self) -> None:
        """Let time stand still from now on, until the mock ends."""
        traveller = self._traveller()
        if traveller is not None and _is_time_machine(traveller):
            _freeze_time_machine(traveller)
        elif traveller is None or not (_stands_still(traveller) or traveller is self._factory):
            self._start_ours(0, standing_still=True)
        elif traveller is self._factory and not _stands_still(traveller):
            self._replace_ours(_freezegun().FrozenDateTimeFactory(traveller()))

    def stop(self) -> None:
        """Undo all moves: end our freezegun, put other travellers back by as much as they were moved."""
        shifted, self._shifted = self._shifted, {}
        for traveller, microseconds in shifted.values():
            if microseconds and any(traveller is one for one in (*_freezegun_factories(), *_time_machine_stack())):
                _shift(traveller, -microseconds)
        if self._factory is not None:
            self._stop_ours()

    # ---- who moves time

    def _traveller(self) -> Any:
        """Who moves time now and may be moved; None where a freezegun of our own is to be started."""
        if stack := _time_machine_stack():
            return stack[-1]
        factories = _freezegun_factories()
        top = factories[-1] if factories else None
        # An outer mock's freezegun is left alone and covered, so that it is as it was when this mock ends.
        return None if top is None or (_is_one_of(top, _ours) and top is not self._factory) else top

    def _start_ours(self, microseconds: int, *, standing_still: bool = False) -> None:
        if self._factory is not None:
            raise UsageError("a freezegun that keeps ticking was started after the clock had been moved; stop it first")
        api = _freezegun()
        config = importlib.import_module("freezegun.config")
        below = _freezegun_factories()
        tick = not standing_still and not (below and _stands_still(below[-1]))
        start = to_datetime(round(time.time() * SECOND) + microseconds)
        defaults = config.settings.default_ignore_list
        # Names are compared by their beginnings: "gi" would give the application's "gifts" real time.
        ignored = ["gi." if name == "gi" else name for name in defaults if name not in MOVED_TOO]
        config.configure(default_ignore_list=[*ignored, *REAL_TIME_FOR])
        try:
            self._freezer = api.freeze_time(start, tick=tick)
        finally:
            config.configure(default_ignore_list=defaults)
        self._factory = self._freezer.start()
        _ours.append(self._factory)
        _leave_stopwatches_alone(api, self._freezer)

    def _replace_ours(self, factory: Any) -> None:
        factories = _freezegun_factories()
        factories[_index_of(self._factory, factories)] = factory
        _ours[_index_of(self._factory, _ours)] = factory
        self._factory = factory

    def _stop_ours(self) -> None:
        freezer, factory = self._freezer, self._factory
        self._freezer = self._factory = None
        del _ours[_index_of(factory, _ours)]
        api = _freezegun()
        if api.freeze_factories[-1] is factory:
            freezer.stop()
            return
        # freezegun can only end its newest: take ours out from below, the newer one then ends everything.
        index = _index_of(factory, api.freeze_factories)
        for stack in (api.freeze_factories, api.ignore_lists, api.tick_flags, api.tz_offsets):
            del stack[index]
        for module, name, original in freezer.undo_changes:
            setattr(module, name, original)
        raise UsageError("a freezegun that was started after ddbmock's clock had been moved must be stopped before it")


# ---- freezegun


def _freezegun() -> Any:
    return importlib.import_module("freezegun.api")


def _freezegun_factories() -> list[Any]:
    api = sys.modules.get("freezegun.api")
    return [] if api is None else api.freeze_factories


def _stands_still(factory: Any) -> bool:
    return isinstance(factory, _freezegun().FrozenDateTimeFactory)


def _leave_stopwatches_alone(api: Any, freezer: Any) -> None:
    """Give `monotonic` and `perf_counter` back, everywhere: waits, deadlines and durations are measured with them.

    A jump would end a wait early, and the jump back at the end of the mock would make one last for ever. asyncio's
    loops, `threading` and `queue` wait by them. (time-machine leaves them alone too.)
    """
    stopwatches = [f"{name}{unit}" for name in ("monotonic", "perf_counter") for unit in ("", "_ns")]
    originals = {id(getattr(api, f"real_{name}")) for name in stopwatches}
    for name in stopwatches:
        setattr(time, name, getattr(api, f"real_{name}"))
    for module, name, original in freezer.undo_changes:
        if id(original) in originals:
            setattr(module, name, original)


def _microseconds(naive: datetime.datetime) -> int:
    return (naive - to_datetime(0).replace(tzinfo=None)) // datetime.timedelta(microseconds=1)


# ---- time-machine


def _time_machine_stack() -> list[Any]:
    module = sys.modules.get("time_machine")
    if module is None:
        return []
    # Named `coordinates_stack` before time-machine 3.
    return getattr(module, "traveller_stack", None) or getattr(module, "coordinates_stack", [])


def _is_time_machine(traveller: Any) -> bool:
    return _is_one_of(traveller, _time_machine_stack())


def _freeze_time_machine(traveller: Any) -> None:
    name = getattr(traveller, "_destination_tzname", None)
    if name is None:
        traveller.move_to(time.time(), tick=False)
    else:  # a destination without its zone would lose it
        zone = importlib.import_module("zoneinfo").ZoneInfo(name)
        traveller.move_to(datetime.datetime.fromtimestamp(time.time(), zone), tick=False)


# ---- both


def _shift(traveller: Any, microseconds: int) -> None:
    span = datetime.timedelta(microseconds=microseconds)
    if hasattr(traveller, "shift"):  # time-machine
        traveller.shift(span)
    elif hasattr(traveller, "start"):  # freezegun with tick=True, whose own `tick` forgets the time that has passed
        traveller.move_to(traveller() + span)
    elif span:  # freezegun's auto_tick_seconds takes no span for one step
        traveller.tick(span)


def _is_one_of(one: Any, many: list[Any]) -> bool:
    return any(one is other for other in many)


def _index_of(one: Any, many: list[Any]) -> int:
    return next(index for index, other in enumerate(many) if other is one)
