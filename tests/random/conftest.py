"""An engine without doors, for many requests in little time; histories with blocks of few changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_ddbmock.storage import history
from tests.support.account_without_doors import Account


@pytest.fixture
def make_engine() -> Callable[[], Account]:
    return Account


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that random tests write, trim and cut several blocks."""
    monkeypatch.setattr(history, "BLOCK", 4)
