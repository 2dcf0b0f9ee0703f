"""`Table`: schema, items, indexes, history and settings of one table."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple, Protocol, runtime_checkable

from pytest_ddbmock.storage.change import Change
from pytest_ddbmock.storage.expiry import ExpiryView
from pytest_ddbmock.storage.history import History
from pytest_ddbmock.storage.schema import Key, KeySchema
from pytest_ddbmock.storage.settings import Index, Settings
from pytest_ddbmock.storage.view import View
from pytest_ddbmock.values.item import Item
from pytest_ddbmock.values.ordering import sort_key


class Restorable(Protocol):
    """A holder of state that AWS would keep; it can be marked, and rolled back to the mark."""

    def mark(self) -> Any:
        """Return what `rollback` needs. The cost must not grow with the number of items."""
        ...

    def rollback(self, mark: Any) -> None:
        """Restore the state of the mark."""
        ...


@runtime_checkable
class Dated(Protocol):
    """Something that remembers moments."""

    def backdate(self, now: int) -> None:
        """Date what is later than `now`, in microseconds, as of `now`; what is still to come keeps its distance."""
        ...


class Items(Protocol):
    """Items of a table at some time, read-only."""

    def items(self) -> list[Item]:
        """Return all items in key order: partition key, then sort key."""
        ...

    def get(self, key: Item) -> Item | None:
        """Return the item with these key attributes, None without one."""
        ...


class TableMark(NamedTuple):
    """What `Table.rollback` needs: the sequence number, and each view with its position, at the time of the mark."""

    seq: int
    settings: Settings
    views: dict[str, tuple[View, int]]
    expiry: ExpiryView | None


class Table:
    """One table. Only `apply` changes items, and only `engine.commit` calls it; everything else reads."""

    def __init__(self, name: str, arn: str, table_id: str, schema: KeySchema, settings: Settings, seq: int) -> None:
        """`seq` is the engine's last sequence number: the start of the history."""
        self.name = name
        self.arn = arn
        self.id = table_id
        self.schema = schema
        self.settings = settings
        self.history = History(seq, settings.created_at)
        self.base = View(schema, seq)
        self.views: dict[str, View] = {}
        """Indexes by name. `apply` updates the local ones, `followers.global_index` the global ones."""
        self.expiry: ExpiryView | None = None
        for index in settings.indexes:
            self.add_view(index)

    # ---- reading

    def __len__(self) -> int:
        return len(self.base)

    def get_at(self, key: Key) -> Item | None:
        """Return the item at a key as `KeySchema` computes it, None without one."""
        return self.base.get(key)

    def get(self, key: Item) -> Item | None:
        """Return the item with these key attributes, None without one.

        Errors: `ValidationException` if they are not the table's key.
        """
        return self.base.get(self.schema.key_of_key(key))

    def key_of(self, item: Item) -> Key:
        """Return the key of an item that the table holds or has held."""
        key = self.base.place_of(item)
        assert key is not None, "every item has a place in its table"
        return key

    def items(self) -> list[Item]:
        """Return all items in key order: partition key, then sort key."""
        return in_key_order(self.base, self.schema)

    def as_of(self, moment: int) -> PastTable:
        """Return the table as it was at `moment` in microseconds, after all changes of that microsecond."""
        view = View(self.schema, self.history.seq_at(moment))
        view.fill(iter(self.base), view.position)
        for old, new in self.history.images(view.position, self.history.last_seq):
            view.undo(old, new)
        return PastTable(view)

    # ---- changing

    def apply(self, key: Key, change: Change) -> None:
        """Apply a change at `key` to the history, the table's own view, the local indexes and the expiry order."""
        self.history.append(change)
        self.base.put_base(key, change)
        if self.views:
            for index in self.settings.local_indexes:
                self.views[index.name].apply(change)
        if self.expiry is not None:
            self.expiry.apply(change)

    def add_view(self, index: Index) -> None:
        """Build an index from the items of the table."""
        view = View(index.schema, self.base.position, base=self.schema, projection=index.projection)
        view.fill(iter(self.base), self.base.position)
        self.views[index.name] = view

    def expire_by(self, attribute: str | None) -> None:
        """Maintain an order of the items by the expiry time in `attribute`; None ends that."""
        if attribute is None:
            self.expiry = None
            return
        self.expiry = ExpiryView(self.schema, self.base.position, attribute)
        self.expiry.fill(iter(self.base), self.base.position)

    def change_settings(self, **changes: Any) -> None:
        """Replace fields of the settings."""
        self.settings = dataclasses.replace(self.settings, **changes)

    # ---- going back

    def mark(self) -> TableMark:
        """Return what `rollback` needs."""
        views = {name: (view, view.position) for name, view in self.views.items()}
        return TableMark(self.history.last_seq, self.settings, views, self.expiry)

    def rollback(self, mark: TableMark) -> None:
        """Restore the state of the mark: each view undoes the changes it has seen since."""
        assert self.history.start <= mark.seq, "a history does not restart between mark and rollback"
        self.views = {name: view for name, (view, _) in mark.views.items()}
        self.expiry = mark.expiry
        self._take_back(self.base, mark.seq)
        if self.expiry is not None:
            self._take_back(self.expiry, mark.seq)
        for view, position in mark.views.values():
            self._take_back(view, position)
        self.history.cut(mark.seq)
        self.settings = mark.settings

    def _take_back(self, view: View, position: int) -> None:
        """Move a view back to `position`. A view that was dropped meanwhile has seen only some of the changes."""
        for old, new in self.history.images(position, view.position):
            view.undo(old, new)
        view.position = min(view.position, position)

    def backdate(self, now: int, labels: Collection[str]) -> None:
        """Date what is later than `now` as of `now`; new labels of streams are none of `labels`."""
        self.settings = self.settings.backdated(now, labels)
        self.history.backdate(now)

    def forget_history(self, seq: int) -> None:
        """Make the present items the initial ones; `seq` is the engine's last sequence number."""
        self.history.restart(seq, self.settings.created_at)
        for view in (self.base, *self.views.values()):
            view.position = seq
        if self.expiry is not None:
            self.expiry.position = seq

    def check(self) -> None:
        """Assert the invariants: every index matches the items of the table."""
        self.history.check()
        self.base.check()
        for index in self.settings.indexes:
            view = self.views[index.name]
            view.check()
            if view.position == self.base.position:
                fresh = View(index.schema, 0, base=self.schema, projection=index.projection)
                fresh.fill(iter(self.base), 0)
                assert list(view.scan()) == list(fresh.scan()), index.name
        if self.expiry is not None:
            self.expiry.check()
            in_order = ExpiryView(self.schema, 0, self.expiry.attribute)
            in_order.fill(iter(self.base), 0)
            assert list(self.expiry.scan()) == list(in_order.scan()), "expiry"


class Write(NamedTuple):
    """An item to be written at `key`; `item` None deletes."""

    table: Table
    key: Key
    item: Item | None


class PastTable:
    """A table as it was at some time, read-only."""

    def __init__(self, view: View) -> None:
        self._view = view

    def items(self) -> list[Item]:
        """Return all items in key order: partition key, then sort key."""
        return in_key_order(self._view, self._view.schema)

    def get(self, key: Item) -> Item | None:
        """Return the item with these key attributes, None without one."""
        return self._view.get(self._view.schema.key_of_key(key))

    def __iter__(self) -> Iterator[Item]:
        return iter(self._view)

    def __len__(self) -> int:
        return len(self._view)


def in_key_order(items: View, schema: KeySchema) -> list[Item]:
    """Return all items sorted by partition key, then sort key."""
    names = schema.names
    return sorted(items, key=lambda item: tuple([sort_key(item[name]) for name in names]))
