"""From options to an engine: the one place that puts the rooms together, makes tables and fills them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_ddbmock.archive import recovery
from pytest_ddbmock.clock import DAY, HOUR, SECOND, Clock
from pytest_ddbmock.engine import arns
from pytest_ddbmock.engine.caller import Home
from pytest_ddbmock.engine.engine import Engine
from pytest_ddbmock.engine.request import DYNAMODB
from pytest_ddbmock.engine.rules import Rules
from pytest_ddbmock.engine.trimmer import Need
from pytest_ddbmock.errors import DynamoDBError, UsageError
from pytest_ddbmock.followers import global_index
from pytest_ddbmock.followers import stream as streams
from pytest_ddbmock.operations import OPERATIONS
from pytest_ddbmock.storage.shards import StreamRules
from pytest_ddbmock.storage.table import Table, Write
from pytest_ddbmock.testkit import options
from pytest_ddbmock.testkit.definitions import tables
from pytest_ddbmock.testkit.definitions.tables import TableDefinition
from pytest_ddbmock.testkit.options import Options, near
from pytest_ddbmock.transports.service_model import ModelShapes

__tracebackhide__ = options.__tracebackhide__

if TYPE_CHECKING:
    from pytest_ddbmock.testkit.definitions.seeds import Finder

FOLLOWERS: tuple[Callable[[Table], None], ...] = (global_index.catch_up,)
"""Called with each table that has changed."""

HISTORY_NEEDS: tuple[Need, ...] = (streams.retains_from, recovery.retains_from)
"""What AWS's own readers need of a history that is not kept whole."""

LONG = 200 * 365 * DAY
"""Longer than any delay, in microseconds."""


def new_engine(options: Options, clock: Clock) -> Engine:
    """An empty engine."""
    return Engine(
        clock=clock,
        shapes=ModelShapes(),
        operations=OPERATIONS,
        followers=FOLLOWERS,
        rules=rules_of(options),
        history_needs=None if options.keep_history else HISTORY_NEEDS,
    )


def rules_of(options: Options) -> Rules:
    """Return the rules that the options ask for."""
    return Rules(
        pace=round(options.pace * SECOND),
        ttl_delay=round(options.ttl_delay * SECOND),
        item_collection_limit=options.item_collection_limit,
        streams=StreamRules(options.stream_shards, round(options.stream_shard_hours * HOUR), options.stream_reads),
    )


def populate(engine: Engine, home: Home, options: Options, find: Finder) -> None:
    """Make the tables and load the seed of the options; what they then hold was always there.

    Errors: `UsageError` with advice.
    """
    with engine.under(ttl_delay=LONG):  # the first test to come decides what has expired
        for definition in tables.parse_all(options.tables):
            create(engine, home, definition)
        if options.seed is not None:
            load(engine, home, options.seed, find)
        engine.begin_history()


# ---- tables


def create(engine: Engine, home: Home, definition: TableDefinition) -> None:
    """Make a table that is ready at once, by DynamoDB's own operations.

    Errors: `UsageError` with DynamoDB's reason.
    """
    name = definition.name
    known = ModelShapes().input(DYNAMODB, "CreateTable")
    assert known is not None, "every botocore knows CreateTable"
    for word in definition.create:
        if word not in known.members:
            raise UsageError(f'table "{name}": CreateTable has no parameter "{word}"{near(word, known.members)}')
    with engine.under(pace=0):
        try:
            engine.ask(home, "CreateTable", definition.create)
            if definition.ttl is not None:
                switch = {"Enabled": True, "AttributeName": definition.ttl}
                engine.ask(home, "UpdateTimeToLive", {"TableName": name, "TimeToLiveSpecification": switch})
            if definition.pitr:
                switch = {"PointInTimeRecoveryEnabled": True}
                params = {"TableName": name, "PointInTimeRecoverySpecification": switch}
                engine.ask(home, "UpdateContinuousBackups", params)
        except DynamoDBError as error:
            raise UsageError(f'table "{name}": DynamoDB rejected it: {error.message}') from None


def find_table(engine: Engine, home: Home, name: str) -> Table:
    """The table of that name as it is now, all that is due done.

    Errors: `UsageError` with near names.
    """
    engine.run_due()
    table = engine.catalog.table(home, name)
    if table is None:
        known = [table.name for table in engine.catalog.tables(home)]
        elsewhere = sorted(
            {arns.parse_own(other.arn).region for other in engine.catalog.all_tables() if other.name == name}
        )
        raise UsageError(
            f'unknown table "{name}" in {home.region}'
            + (f", but one in {', '.join(elsewhere)}" if elsewhere else near(name, known))
        )
    return table


# ---- items


def load(engine: Engine, home: Home, source: Any, find: Finder) -> None:
    """Load items by table, all or none: a dict of lists or paths, a folder, or one file named after its table.

    A folder that a dump has written makes its tables too, unless they are there. Errors: `UsageError`.
    """
    from pytest_ddbmock.testkit.definitions import seeds

    with engine.lock:
        mark = engine.mark()
        try:
            writes: list[Write] = []
            for name, items in _by_table(engine, home, source, find).items():
                writes += seeds.read_writes(find_table(engine, home, name), items, find)
            seeds.load(engine, writes)
        except BaseException:
            engine.rollback(mark)
            raise


def _by_table(engine: Engine, home: Home, source: Any, find: Finder) -> Mapping[str, Any]:
    from pytest_ddbmock.testkit.definitions import folders

    if isinstance(source, Mapping):
        return source
    if not isinstance(source, str | os.PathLike):
        raise UsageError(f'items are loaded by table, {{"users": [...]}}, or from a path; not from {source!r}')
    path = find(source)
    if not path.is_dir():
        return {path.stem: path}
    for definition in folders.definitions(path):
        if engine.catalog.table(home, definition.name) is None:
            create(engine, home, definition)
    return folders.seed_files(path)


def dump(engine: Engine, home: Home, folder: Path) -> None:
    """Write the definitions and the items of all tables into a folder, which is made if need be."""
    from pytest_ddbmock.testkit.definitions import folders

    with engine.lock:
        engine.run_due()
        folders.write(engine.catalog.tables(home), folder)
