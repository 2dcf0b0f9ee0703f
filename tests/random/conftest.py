"""An engine without doors, for many requests in little time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.account_without_doors import Account


@pytest.fixture
def make_engine() -> Callable[[], Account]:
    return Account
