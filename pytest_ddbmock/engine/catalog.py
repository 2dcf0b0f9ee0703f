"""`Catalog`: the tables of all accounts and Regions by name."""

from __future__ import annotations

from typing import Any, NamedTuple

from pytest_ddbmock.storage.table import Table


class Home(NamedTuple):
    """An account in a Region: what it holds is invisible to all others."""

    account: str
    region: str


class Catalog:
    """Tables by account, Region and name. `deleted` keeps those whose streams can still be read, newest last."""

    def __init__(self) -> None:
        self._tables: dict[Home, dict[str, Table]] = {}
        self._deleted: dict[Home, list[Table]] = {}

    def table(self, account: str, region: str, name: str) -> Table | None:
        """The table of that name, in whatever status."""
        tables = self._tables.get((account, region))  # type: ignore[call-overload]
        return None if tables is None else tables.get(name)

    def tables(self, account: str, region: str) -> list[Table]:
        """The tables of an account in a Region, by name."""
        tables = self._tables.get(Home(account, region), {})
        return [tables[name] for name in sorted(tables)]

    def all_tables(self) -> list[Table]:
        """Every table of every account and Region."""
        return [table for tables in self._tables.values() for table in tables.values()]

    def known_tables(self) -> list[Table]:
        """Every table of every account and Region, and those deleted ones whose streams can still be read."""
        return self.all_tables() + [table for tables in self._deleted.values() for table in tables]

    def deleted(self, account: str, region: str) -> list[Table]:
        """The deleted tables whose streams can still be read."""
        return self._deleted.get(Home(account, region), [])

    def expiring(self) -> list[Table]:
        """The tables with TTL switched on."""
        # One look at each table a call: a mock holds few.
        return [table for tables in self._tables.values() for table in tables.values() if table.expiry is not None]

    def add(self, account: str, region: str, table: Table) -> None:
        """Enter a new table."""
        self._tables.setdefault(Home(account, region), {})[table.name] = table

    def remove(self, account: str, region: str, table: Table, now: int) -> None:
        """Strike a table out; its streams stay readable for a day, and so long it is kept."""
        home = Home(account, region)
        if self._tables.get(home, {}).get(table.name) is table:
            del self._tables[home][table.name]
            gone = [*self._deleted.get(home, ()), table]
            self._deleted[home] = [one for one in gone if any(s.is_readable(now) for s in one.settings.streams)]

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
