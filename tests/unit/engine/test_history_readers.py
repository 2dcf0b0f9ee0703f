"""`HistoryReader`: registered once, it keeps changes from being forgotten and is rolled back with the engine."""

from __future__ import annotations

import gc
import weakref

from pytest_ddbmock.engine.history_readers import HistoryReader
from tests.support.accounts import Account


class Reader(HistoryReader):
    """Reads one table up to a position."""

    def __init__(self, table, position):
        self.table = table
        self.position = position

    def retains_from(self, table, now):
        return self.position if table is self.table else table.history.last_seq

    def mark(self):
        return self.position

    def rollback(self, mark):
        self.position = mark


def put(account, *keys):
    for key in keys:
        account.call("PutItem", TableName="orders", Item={"pk": {"S": key}})


def test_a_reader_is_rolled_back_with_the_engine():
    account = Account()
    table = account.create("orders")
    put(account, "a")
    reader = Reader(table, table.history.last_seq)
    account.engine.add_reader(reader)
    mark = account.engine.mark()
    before = reader.position
    put(account, "b")
    reader.position = table.history.last_seq
    account.engine.rollback(mark)
    assert reader.position == before == table.history.last_seq


def test_a_reader_that_is_newer_than_the_mark_stays_where_it_is():
    account = Account()
    table = account.create("orders")
    mark = account.engine.mark()
    put(account, "a")
    reader = Reader(table, table.history.last_seq)
    account.engine.add_reader(reader)
    before = reader.position
    account.engine.rollback(mark)
    assert reader.position == before


def test_changes_are_kept_for_as_long_as_a_reader_that_needs_them_is_held():
    account = Account(keeps_history=False)
    table = account.create("orders")
    start = table.history.last_seq
    reader = Reader(table, start)
    account.engine.add_reader(reader)
    put(account, *map(str, range(600)))
    account.tick(2 * 3600)
    account.engine.run_due()
    assert len(table.history) == 600
    del reader
    gc.collect()
    put(account, *map(str, range(600, 1200)))
    account.tick(2 * 3600)
    account.engine.run_due()
    assert len(table.history) < 1200
    assert table.history.start > start


def test_a_mark_holds_no_reader():
    account = Account()
    table = account.create("orders")
    reader = Reader(table, table.history.last_seq)
    account.engine.add_reader(reader)
    mark, held = account.engine.mark(), weakref.ref(reader)
    del reader
    gc.collect()
    assert held() is None
    account.engine.rollback(mark)
