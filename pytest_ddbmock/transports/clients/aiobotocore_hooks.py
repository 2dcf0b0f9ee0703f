"""What aiobotocore needs in addition to botocore's hooks: its own places that wait."""

from __future__ import annotations

import contextlib
import functools
import sys
from types import ModuleType
from typing import Any

from pytest_ddbmock.transports.clients import delays
from pytest_ddbmock.transports.clients.botocore_retries import (
    FindSpend,
    SpendingTime,
    replace_acquire,
    spend_of_attempt,
    spend_of_waiter,
)


class SpendingAsyncio(SpendingTime):
    """Stand in for the module `asyncio` inside one module."""

    def sleep(self, seconds: float, *rest: Any) -> Any:
        """Spend `seconds` on the mock's clock and let other tasks run, or sleep; to be awaited."""
        spend = self._find_spend(sys._getframe(1))
        if spend is None:
            return self._original.sleep(seconds, *rest)
        spend(seconds)
        return self._original.sleep(0, *rest)


def install_in_endpoint(endpoint: ModuleType) -> None:
    """Replace the delays between attempts."""
    _install(endpoint, ("AioEndpoint", "AnyioEndpoint"), spend_of_attempt)


def install_in_waiter(waiter: ModuleType) -> None:
    """Replace the delays between the polls of a waiter."""
    _install(waiter, ("AIOWaiter", "AnyioWaiter"), spend_of_waiter)
    original = waiter.AIOWaiter.wait
    if hasattr(original, "ddbmock"):
        return

    @functools.wraps(original)
    async def wait(self: Any, **params: Any) -> Any:
        with delays.waiter():
            return await original(self, **params)

    wait.ddbmock = True  # type: ignore[attr-defined]  # a mark
    waiter.AIOWaiter.wait = wait


def _install(module: ModuleType, classes: tuple[str, ...], find_spend: FindSpend) -> None:
    """Replace the method `_sleep` of newer versions, or `asyncio.sleep` in those that have none."""
    sleepers: list[Any] = [one for name in classes if "_sleep" in vars(one := getattr(module, name, object))]
    for sleeper in sleepers:
        if not hasattr(sleeper._sleep, "__wrapped__"):
            sleeper._sleep = _spending(sleeper._sleep, find_spend)
    if not sleepers and not isinstance(module.asyncio, SpendingAsyncio):
        module.asyncio = SpendingAsyncio(module.asyncio, find_spend)  # type: ignore[attr-defined]  # a module


def _spending(original: Any, find_spend: FindSpend) -> Any:
    @functools.wraps(original)
    def _sleep(self: Any, seconds: float) -> Any:
        spend = find_spend(sys._getframe(1))
        if spend is None:
            return original(self, seconds)
        spend(seconds)
        return original(self, 0)

    return _sleep


def install_in_bucket(bucket: ModuleType) -> None:
    """Replace the delays before attempts, in the adaptive retry mode."""
    # Nothing is awaited in between, so the bucket's lock is not needed.
    replace_acquire(bucket.AsyncTokenBucket, lambda _: contextlib.nullcontext(), _acquired)


async def _acquired() -> bool:
    return True
