"""The record of calls: what it keeps in memory."""

from __future__ import annotations

import gc
import weakref

from pytest_ddbmock.engine import calls
from tests.support.accounts import Account


def test_a_remembered_call_does_not_keep_the_items_of_a_deleted_table(monkeypatch):
    monkeypatch.setattr(calls, "MAX_DETAILED", 1)
    account = Account()
    table = weakref.ref(account.create("orders"))
    account.call("PutItem", TableName="orders", Item={"pk": {"S": "a"}}, ReturnConsumedCapacity="INDEXES")
    account.call("DeleteTable", TableName="orders")
    account.call("ListTables")
    gc.collect()
    assert table() is None
    entry = next(entry for entry in account.engine.scenario.calls.entries if entry.operation == "PutItem")
    assert (entry.table, entry.units, entry.usages[0].name) == ("orders", 1.0, "orders")
    assert [row.table for row in account.engine.scenario.ledger.rows()] == ["orders"]
