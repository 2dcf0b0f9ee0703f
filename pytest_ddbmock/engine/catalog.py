"""`Catalog`: the tables of all accounts and Regions by name."""

from __future__ import annotations

from typing import Any

from pytest_ddbmock.engine.caller import Home
from pytest_ddbmock.storage.table import Table


class Catalog:
    """Tables by account, Region and name. `deleted` keeps those whose streams can still be read, newest last."""

    def __init__(self) -> None:
        self._tables: dict[Home, dict[str, Table]] = {}
        self._deleted: dict[Home, list[Table]] = {}

    def table(self, home: Home, name: str) -> Table | None:
        """The table of that name, in whatever status."""
        tables = self._tables.get(home)
        return None if tables is None else tables.get(name)

    def tables(self, home: Home) -> list[Table]:
        """The tables of an account in a Region, by name."""
        tables = self._tables.get(home, {})
        return [tables[name] for name in sorted(tables)]

    def all_tables(self) -> list[Table]:
        """Every table of every account and Region."""
        return [table for tables in self._tables.values() for table in tables.values()]

    def known_tables(self) -> list[Table]:
        """Every table of every account and Region, and those deleted ones whose streams can still be read."""
        return self.all_tables() + [table for tables in self._deleted.values() for table in tables]

    def deleted(self, home: Home) -> list[Table]:
        """The deleted tables whose streams can still be read."""
        return self._deleted.get(home, [])

    def expiring(self) -> list[Table]:
        """The tables with TTL switched on."""
        # One look at each table a call: a mock holds few.
        return [table for tables in self._tables.values() for table in tables.values() if table.expiry is not None]

    def add(self, home: Home, table: Table) -> None:
        """Enter a new table."""
        self._tables.setdefault(home, {})[table.name] = table

    def remove(self, home: Home, table: Table, now: int) -> None:
        """Strike a table out; its streams stay readable for a day, and so long it is kept."""
        if self._tables.get(home, {}).get(table.name) is table:
            del self._tables[home][table.name]
            gone = [*self._deleted.get(home, ()), table]
            self._deleted[home] = [one for one in gone if any(s.is_readable(now) for s in one.settings.streams)]

    def backdate(self, now: int) -> None:
        """Protocol `Dated`."""
        labels: dict[str, set[str]] = {}
        for table in self.known_tables():
            taken = labels.setdefault(table.arn, set())
            table.backdate(now, taken)
            taken.update(stream.label for stream in table.settings.streams)

    def mark(self) -> Any:
        """Protocol `Restorable`: the tables with their own marks."""
        tables = {home: dict(tables) for home, tables in self._tables.items()}
        deleted = {home: list(tables) for home, tables in self._deleted.items()}
        return tables, deleted, [(table, table.mark()) for table in self.all_tables()]

    def rollback(self, mark: Any) -> None:
        """Protocol `Restorable`."""
        tables, deleted, table_marks = mark
        self._tables = {home: dict(named) for home, named in tables.items()}
        self._deleted = {home: list(gone) for home, gone in deleted.items()}
        for table, table_mark in table_marks:
            table.rollback(table_mark)
