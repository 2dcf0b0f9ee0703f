"""Global secondary indexes follow their table's history."""

from __future__ import annotations

from pytest_ddbmock.storage.table import Table


def catch_up(table: Table) -> None:
    """Move every global index of a table to the newest change."""
    for index in table.settings.global_indexes if table.views else ():
        view = table.views[index.name]
        for change in table.history.since(view.position):
            view.apply(change)
