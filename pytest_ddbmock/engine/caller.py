"""`Caller`: who makes a request; `Home`: the account and Region in which it is answered."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple


class Home(NamedTuple):
    """An account in a Region: its tables are invisible to all others."""

    account: str
    region: str


class Caller(NamedTuple):
    """Who makes a request, as far as the door can tell."""

    home: Home


@lru_cache(maxsize=1024)
def caller(account: str, region: str) -> Caller:
    """Return the caller from an account (12 digits) in a Region; the same object each time."""
    return Caller(Home(account, region))
