"""`Step`: one change of a table in two halves, what holds at once and what holds when it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.storage.settings import ACTIVE, CREATING, DELETING, UPDATING, Settings
from pytest_ddbmock.storage.table import Table


def unchanged(settings: Settings) -> Settings:
    """Return the settings as they are: the half of a step that changes nothing."""
    return settings


@dataclass(frozen=True)
class Step:
    """One change: to the settings at once, and to the settings when it is done.

    `word` and `detail` go into `Settings.changing`; without a word the table stays ACTIVE meanwhile.
    """

    word: str = ""
    detail: str = ""
    at_once: Callable[[Settings], Settings] = unchanged
    when_done: Callable[[Settings], Settings] = unchanged


def begin(call: Call, table: Table, steps: list[Step]) -> None:
    """Do the first halves now; the agenda does the second halves after the engine's pace."""
    if not steps:
        return
    for step in steps:
        table.settings = step.at_once(table.settings)
    changing = {step.word: step.detail for step in steps if step.word}
    if changing:
        table.change_settings(status=UPDATING, changing=changing)
    _match_views(table)
    pace, agenda = call.engine.rules.pace, call.engine.agenda

    def end(due: int) -> None:
        if table.settings.status == DELETING:
            return
        was_backfilling = _backfilling(table.settings)
        for step in steps:
            table.settings = step.when_done(table.settings)
        if changing:
            table.change_settings(status=ACTIVE, changing={})
        _match_views(table)
        for name in _backfilling(table.settings) - was_backfilling:
            agenda.add(due + pace, partial(_end_backfill, table, name))

    agenda.add(call.now + pace, end)


def _backfilling(settings: Settings) -> set[str]:
    return {index.name for index in settings.global_indexes if index.backfilling}


def _end_backfill(table: Table, name: str, due: int) -> None:
    index = table.settings.index(name)
    if index is None or not index.backfilling:
        return
    # A change of its capacity may still be in progress; it ends by itself.
    status = ACTIVE if index.status == CREATING else index.status
    table.settings = table.settings.with_index(index._replace(status=status, backfilling=False))


def _match_views(table: Table) -> None:
    """Add the views of new indexes, drop those of deleted ones."""
    indexes = {index.name: index for index in table.settings.indexes}
    for name in [name for name in table.views if name not in indexes]:
        del table.views[name]
    for name, index in indexes.items():
        if name not in table.views:
            table.add_view(index)
