"""The mock of one pytest test: its options, the engine it starts from, and what is said when it ends."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pytest_ddbmock.engine.engine import Engine
from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.testkit import options
from pytest_ddbmock.testkit.ddbmock import DDBMock
from pytest_ddbmock.testkit.options import Options, make
from pytest_ddbmock.testkit.pytest_side.settings import options_from_config

__tracebackhide__ = options.__tracebackhide__

MAX_BUILT = 16
"""Engines with tables and seed that are kept for later tests, the most recently used ones."""

FAILED = pytest.StashKey[bool]()
"""Whether a test has failed already, set by the plugin."""


@dataclass(frozen=True)
class Built:
    """An engine with tables and seed, and what it was built from; `places` are where its files lie."""

    options: Options
    places: tuple[Path, ...]
    engine: Engine

    def is_same(self, options: Options, places: tuple[Path, ...]) -> bool:
        """Whether it was built from these very objects."""
        mine = self.options
        return self._is_alike(options, places) and mine.tables is options.tables and mine.seed is options.seed

    def is_equal(self, options: Options, places: tuple[Path, ...]) -> bool:
        """True if it was built from values that are written alike; not `==`, for which True and 1 are the same."""
        mine = self.options
        return self._is_alike(options, places) and repr((mine.tables, mine.seed)) == repr(
            (options.tables, options.seed)
        )

    def _is_alike(self, options: Options, places: tuple[Path, ...]) -> bool:
        return self.places == places and _built_from(self.options) == _built_from(options)


def _built_from(options: Options) -> tuple[Any, ...]:
    """The options besides tables and seed that an engine is built from; the others are rules of each test."""
    return options.region, options.account, options.item_collection_limit, options.stream_shards, options.keep_history


_BUILT = pytest.StashKey[list[Built]]()


DDBMock.remember_started()  # the plugin does so for each test that comes later


def serve(request: pytest.FixtureRequest, tables: Any, seed: Any) -> Iterator[DDBMock]:
    """The body of the fixture `ddbmock`."""
    mock = for_test(request, tables, seed)
    mock.start()
    try:
        yield mock
    finally:
        complaint = mock.complaint()
        mock.end()
    # One failure is enough.
    if complaint is not None and not request.node.stash.get(FAILED, False):
        raise complaint


def for_test(request: pytest.FixtureRequest, tables: Any, seed: Any) -> DDBMock:
    """The mock that a test is to have, not started; `tables` and `seed` are what the fixtures give."""
    marked = options_from_markers(request.node)
    outer = DDBMock.current()
    folders = _folders(request)
    if outer is not None:
        if marked:
            raise UsageError(
                f"the marker ddbmock({', '.join(marked)}) cannot change a mock that is active already: the fixture "
                "`ddbmock` joins it; give these options where it is made"
            )
        mock = DDBMock.joining(outer)
    else:
        in_config = options_from_config(request.config)
        by_fixture = {name: value for name, value in (("tables", tables), ("seed", seed)) if value is not None}
        options = make({**in_config.ini, **by_fixture, **in_config.cli, **marked}, "ddbmock")
        if options.tables is None and options.seed is None:
            mock = DDBMock(options)
        else:
            mock = DDBMock.over(_built(request.config, options, folders), options)
    mock.folders = folders
    return mock


def options_from_markers(node: pytest.Item) -> dict[str, Any]:
    """The options of the markers `ddbmock` of a test, its own before its class's and its module's."""
    said: dict[str, Any] = {}
    for marker in reversed(list(node.iter_markers("ddbmock"))):
        if marker.args:
            raise UsageError(f"the options of the marker ddbmock have names; not {marker.args[0]!r}")
        said |= marker.kwargs
    make(said, "the marker ddbmock")
    return said


def _built(config: pytest.Config, options: Options, folders: tuple[Path, ...]) -> Engine:
    """The engine with the tables and the seed of `options`, built by the first test that needs it."""
    kept = config.stash.setdefault(_BUILT, [])
    builder = DDBMock(options)
    builder.folders = folders
    seeds = options.seed.values() if isinstance(options.seed, Mapping) else [options.seed]
    places = tuple(builder.find(seed) for seed in seeds if isinstance(seed, str | os.PathLike))
    # A large seed is looked through only when it is not the very object that was there before.
    for is_for in (Built.is_same, Built.is_equal):
        for index, built in enumerate(kept):
            if is_for(built, options, places):
                kept.append(kept.pop(index))
                return built.engine
    kept.append(Built(options, places, builder.build()))
    del kept[:-MAX_BUILT]
    return kept[-1].engine


def _folders(request: pytest.FixtureRequest) -> tuple[Path, ...]:
    """The test's folder and those above it, up to the root of the project."""
    here, root = request.path.parent, request.config.rootpath
    above = (here, *here.parents)
    return above[: above.index(root) + 1] if root in above else (here,)
