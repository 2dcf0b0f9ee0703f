"""Test control over HTTP: what suites in other languages hold a mock in hand with.

`ROUTES` is the list of paths; README's table says the same.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.testkit.handles.moments import UNITS
from pytest_ddbmock.testkit.options import near
from pytest_ddbmock.transports import json10
from pytest_ddbmock.transports.http import door as http_door
from pytest_ddbmock.transports.json10 import HttpAnswer

if TYPE_CHECKING:
    from pytest_ddbmock.testkit.run import Run, Snapshot


class Control:
    """Answers the requests for test control of one running mock; one at a time."""

    def __init__(self, run: Run) -> None:
        run.ensure_start_mark()
        self._run = run
        self._snapshots: dict[str, Snapshot] = {}
        self._taken = 0
        self._lock = threading.Lock()

    def answer(self, method: str, path: str, body: bytes) -> HttpAnswer:
        """The answer to a request; `path` is relative. What cannot be done is said with status 400 or 404."""
        try:
            if method != "POST":
                return _answer(200, {"now": self._now(), "paths": [f"{http_door.CONTROL}{route}" for route in ROUTES]})
            route = ROUTES.get(path)
            if route is None:
                return _answer(404, {"error": f'unknown path "{http_door.CONTROL}{path}"{near(path, ROUTES)}'})
            act, known = route
            given = _read(body)
            for name in given:
                if name not in known:
                    raise UsageError(f'"{path}" takes no "{name}"{near(name, known)}')
            with self._lock:
                return _answer(200, act(self, given))
        except UsageError as mistake:
            return _answer(400, {"error": str(mistake)})

    def reset(self, _: Mapping[str, Any]) -> dict[str, Any]:
        """Tables, items and time as at the start; snapshots, scripted faults and the record of calls are dropped."""
        self._snapshots.clear()
        self._run.reset()
        return {"now": self._now()}

    def tick(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Let time pass."""
        self._run.clock_handle.tick(**given)
        return {"now": self._now()}

    def move_to(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Let it be a moment."""
        self._run.clock_handle.move_to(_text(given, "moment"))
        return {"now": self._now()}

    def freeze(self, _: Mapping[str, Any]) -> dict[str, Any]:
        """Let time stand still."""
        self._run.clock_handle.freeze()
        return {"now": self._now()}

    def expire(self, _: Mapping[str, Any]) -> dict[str, Any]:
        """Remove what has expired without waiting for `ttl_delay`."""
        return {"expired": self._run.expire()}

    def snapshot(self, _: Mapping[str, Any]) -> dict[str, Any]:
        """Name the state as it is now."""
        self._taken += 1
        name = str(self._taken)
        self._snapshots[name] = self._run.take_snapshot()
        return {"snapshot": name}

    def restore(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Be again as at a snapshot; later ones are void."""
        name = _text(given, "snapshot")
        if name not in self._snapshots:
            raise UsageError(f'unknown snapshot "{name}"{near(name, self._snapshots)}')
        self._run.restore(self._snapshots[name])
        return {"snapshot": name}

    def _now(self) -> str:
        return self._run.clock_handle.now.isoformat()


Act = Callable[[Control, Mapping[str, Any]], dict[str, Any]]

ROUTES: Mapping[str, tuple[Act, tuple[str, ...]]] = {
    "reset": (Control.reset, ()),
    "tick": (Control.tick, UNITS),
    "move_to": (Control.move_to, ("moment",)),
    "freeze": (Control.freeze, ()),
    "expire": (Control.expire, ()),
    "snapshot": (Control.snapshot, ()),
    "restore": (Control.restore, ("snapshot",)),
}
"""What is done for a POST to each path, and the members that its body may have."""


def _read(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body) if body.strip() else {}
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the body is invalid JSON: {error}") from None
    if not isinstance(given, dict):
        raise UsageError('the body is to be a JSON object, {"hours": 2}')
    return given


def _text(given: Mapping[str, Any], name: str) -> str:
    if not isinstance(given.get(name), str):
        raise UsageError(f'"{name}" is missing, or no text')
    return str(given[name])


def _answer(status: int, content: Mapping[str, Any]) -> HttpAnswer:
    answer = http_door.plain(status, json10.encode(dict(content)))
    answer.headers["content-type"] = "application/json"
    return answer
