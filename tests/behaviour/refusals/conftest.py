"""Two tables, `plain` and `full`, and the whole answer to a request that is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_ddbmock.errors import DynamoDBError
from tests.support.accounts import Account


@pytest.fixture
def tables(ddbmock: Any, client: Any) -> Any:
    """`plain` has the key `pk`, `full` has `pk` and `sk` and indexes; both are empty."""
    ddbmock.create_table("plain", "pk")
    ddbmock.create_table(
        "full",
        "pk",
        "sk",
        gsi={"by-g": "g", "by-g-n": {"key": ("g", "n:N"), "projection": ["a"]}},
        lsi={"by-l": {"key": "l", "projection": "KEYS_ONLY"}},
    )
    return ddbmock


@pytest.fixture
def account() -> Account:
    """An engine without a door, for JSON that no client would write, with the table `plain`."""
    account = Account()
    account.create("plain")
    return account


@pytest.fixture
def answer(account: Account) -> Callable[..., str]:
    """What the engine says to a request that it refuses: `Code: message`."""

    def answer(operation: str, **params: Any) -> str:
        with pytest.raises(DynamoDBError) as caught:
            account.call(operation, **params)
        return f"{caught.value.code}: {caught.value.message}"

    return answer
