"""Everything that is rolled back either remembers no moments or can be dated anew."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest

import pytest_ddbmock
from pytest_ddbmock.storage.table import Dated

ROOMS = ("storage", "engine", "followers", "archive", "operations", "dax")
NO_MOMENTS = {
    "Accounts": "it dates its holders anew",
    "Deliveries": "each trigger looks at the clock itself",
    "Engine": "it dates its holders anew",
    "ExternalServices": "what was written outside stays as it is",
    "HistoryReader": "the protocol",
    "HistoryReaders": "positions only",
    "Mark": "what it holds is dated anew after the rollback to it",
    "Outlet": "positions only",
    "Restorable": "the protocol",
    "Serials": "tickets only",
    "Trigger": "it looks at the clock itself: it lives in the test's scenario",
}


def restorable_classes():
    for found in pkgutil.walk_packages(pytest_ddbmock.__path__, "pytest_ddbmock."):
        if found.name.split(".")[1] in ROOMS:
            for name, kind in vars(importlib.import_module(found.name)).items():
                if inspect.isclass(kind) and kind.__module__ == found.name and hasattr(kind, "rollback"):
                    yield pytest.param(kind, id=name)


@pytest.mark.parametrize("kind", list(restorable_classes()))
def test_whatever_is_rolled_back_can_be_dated_anew_or_has_no_moments(kind):
    assert (kind.__name__ in NO_MOMENTS) != hasattr(kind, "backdate"), f"write {kind.__name__}.backdate ({Dated})"
