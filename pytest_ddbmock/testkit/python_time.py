"""Moving Python's own time: a freezegun or time-machine that is active already, else a freezegun of ours.

The only module that knows freezegun and time-machine. Neither is imported before the first move.
"""

from __future__ import annotations

import datetime
import importlib
import sys
import time
from typing import Any

from pytest_ddbmock.clock import SECOND, to_datetime
from pytest_ddbmock.testkit import options

__tracebackhide__ = options.__tracebackhide__

REAL_TIME_FOR = ("_pytest.timing",)
"""pytest's stopwatch: forty days of the mock must not show in the durations of tests."""

MOVED_TOO = ("threading", "multiprocessing", "queue")
"""freezegun ignores these, and by looking five frames up all code that threads and pools run."""

_ours: list[Any] = []
"""The factories of our own active freezeguns, of all mocks, oldest first."""

_left: list[tuple[Any, Any]] = []
"""Freezeguns of ours that could not be stopped because another was started later, with their present factories."""


class PythonTime:
    """Moves Python's time for one mock; `stop` undoes it."""

    def __init__(self) -> None:
        self._freezer: Any = None
        self._factory: Any = None
        self._shifted: dict[int, tuple[Any, int]] = {}
        """By id: the travellers of others that were moved, and by how much in all."""
        self._frozen: list[tuple[Any, type]] = []
        """Factories that were frozen, with their former types."""

    @property
    def is_moved(self) -> bool:
        """True if anything is left to undo."""
        return self._factory is not None or bool(self._shifted)

    @property
    def is_held(self) -> bool:
        """True if somebody moves time or has stopped it: this mock, an outer one, freezegun or time-machine."""
        _stop_left()
        return bool(_time_machine_stack() or _freezegun_factories())

    def shift(self, microseconds: int) -> None:
        """Move time by `microseconds`, back if negative."""
        traveller = self._traveller()
        if traveller is None:
            self._start_ours(microseconds)
        else:
            _shift(traveller, microseconds)
            if traveller is not self._factory:
                moved_before = self._shifted.get(id(traveller), (traveller, 0))[1]
                self._shifted[id(traveller)] = (traveller, moved_before + microseconds)

    def move_to(self, moment: int) -> None:
        """Set time to `moment`, in microseconds since the epoch."""
        traveller = self._traveller()
        shown = _shown_by(traveller) if _ticks_by_itself(traveller) else _naive(time.time())
        self.shift(moment - _microseconds(shown))

    def freeze(self) -> None:
        """Stop time until the mock ends."""
        traveller = self._traveller()
        if traveller is None:
            self._start_ours(0, standing_still=True)
        elif _is_time_machine(traveller):
            _freeze_time_machine(traveller)
        elif not _stands_still(traveller):
            # Its owner holds this object and will end it, so this very object has to be frozen.
            self._frozen.append((traveller, type(traveller)))
            traveller.time_to_freeze = _shown_by(traveller)
            traveller.__class__ = _freezegun().FrozenDateTimeFactory

    def stop(self) -> None:
        """Undo all moves: stop our freezegun, move other travellers back by as much as they were moved."""
        while self._frozen:
            factory, kind = self._frozen.pop()
            factory.start = _freezegun().real_datetime.now()
            factory.__class__ = kind
        shifted, self._shifted = self._shifted, {}
        for traveller, microseconds in shifted.values():
            if microseconds and any(traveller is one for one in (*_freezegun_factories(), *_time_machine_stack())):
                _shift(traveller, -microseconds)
        if self._factory is not None:
            self._stop_ours()

    # ---- who moves time

    def _traveller(self) -> Any:
        """Return the active traveller that may be moved; None if a freezegun of our own has to be started."""
        if stack := _time_machine_stack():
            return stack[-1]
        _stop_left()
        factories = _freezegun_factories()
        top = factories[-1] if factories else None
        # An outer mock's freezegun is not moved but covered, so that it is unchanged when this mock ends.
        return None if top is None or (_is_one_of(top, _ours) and top is not self._factory) else top

    def _start_ours(self, microseconds: int, *, standing_still: bool = False) -> None:
        assert self._factory is None, "ours would be on top, or another that is moved instead"
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

    def _stop_ours(self) -> None:
        freezer, factory = self._freezer, self._factory
        self._freezer = self._factory = None
        del _ours[_index_of(factory, _ours)]
        api = _freezegun()
        if api.freeze_factories[-1] is factory:
            freezer.stop()
        else:
            # freezegun stops only its newest, and only its oldest undoes everything: until then it shows real time.
            now = api.real_datetime.now()
            real = api.TickingDateTimeFactory(_naive(api.real_time()), now)
            api.freeze_factories[_index_of(factory, api.freeze_factories)] = real
            _left.append((freezer, real))
        _stop_left()


def _stop_left() -> None:
    """Stop those freezeguns of ours that had to wait and are on top now."""
    while _left and _freezegun_factories()[-1] is _left[-1][1]:
        _left.pop()[0].stop()


# ---- freezegun


def _freezegun() -> Any:
    return importlib.import_module("freezegun.api")


def _freezegun_factories() -> list[Any]:
    api = sys.modules.get("freezegun.api")
    return [] if api is None else api.freeze_factories


def _stands_still(factory: Any) -> bool:
    return isinstance(factory, _freezegun().FrozenDateTimeFactory)


def _ticks_by_itself(factory: Any) -> bool:
    """Return True for freezegun's auto_tick_seconds: asking it for the time moves it."""
    return hasattr(factory, "step_width") and not _stands_still(factory)


def _shown_by(factory: Any) -> datetime.datetime:
    """Return the naive UTC time of a factory without moving it."""
    return factory.time_to_freeze if _ticks_by_itself(factory) else factory()  # type: ignore[no-any-return]


def _leave_stopwatches_alone(api: Any, freezer: Any) -> None:
    """Restore `monotonic` and `perf_counter` everywhere: waits, deadlines and durations are measured with them.

    A jump would end a wait early, and the jump back at the end of the mock would make one last for ever. asyncio's
    loops, `threading` and `queue` wait by them. (time-machine does not change them either.)
    """
    stopwatches = [f"{name}{unit}" for name in ("monotonic", "perf_counter") for unit in ("", "_ns")]
    originals = {id(getattr(api, f"real_{name}")) for name in stopwatches}
    for name in stopwatches:
        setattr(time, name, getattr(api, f"real_{name}"))
    for module, name, original in freezer.undo_changes:
        if id(original) in originals:
            setattr(module, name, original)


def _naive(seconds: float) -> datetime.datetime:
    return to_datetime(round(seconds * SECOND)).replace(tzinfo=None)


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
    elif _ticks_by_itself(traveller):
        if span:  # without one it takes a step
            traveller.tick(span)
    else:
        # Not `tick`: that of freezegun's tick=True forgets the time that has passed.
        traveller.move_to(_shown_by(traveller) + span)


def _is_one_of(one: Any, many: list[Any]) -> bool:
    return any(one is other for other in many)


def _index_of(one: Any, many: list[Any]) -> int:
    return next(index for index, other in enumerate(many) if other is one)
