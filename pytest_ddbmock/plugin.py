"""pytest's door: options, marker, hooks and fixtures.

It starts fast: the engine is imported by the first test that asks for a mock, botocore by whoever uses it.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Generator
from typing import Any

import pytest

from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.testkit.options import FIELDS
from pytest_ddbmock.testkit.pytest_side import settings
from pytest_ddbmock.testkit.pytest_side.fixtures import (
    _ddbmock_marker,
    ddbmock,
    ddbmock_client,
    ddbmock_clock,
    ddbmock_endpoint,
    ddbmock_resource,
    ddbmock_seed,
    ddbmock_streams_client,
    ddbmock_tables,
)
from pytest_ddbmock.transports.clients import botocore_watch

__all__ = [
    "_ddbmock_marker",
    "ddbmock",
    "ddbmock_client",
    "ddbmock_clock",
    "ddbmock_endpoint",
    "ddbmock_resource",
    "ddbmock_seed",
    "ddbmock_streams_client",
    "ddbmock_tables",
]

_PREPARED = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """A command line option and an ini option for each of `Options`."""
    settings.add(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Before any code of the project is imported."""
    with contextlib.suppress(UsageError):  # told by `pytest_configure`: pytest 7 does not bear it here
        _prepare(early_config)


def pytest_configure(config: pytest.Config) -> None:
    """The marker; and whatever could not be done earlier, for those who name the plugin in a conftest."""
    config.addinivalue_line(
        "markers", f"ddbmock({', '.join(f'{name}=...' for name in FIELDS)}): an active DynamoDB with these options"
    )
    try:
        _prepare(config)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None


def _prepare(config: pytest.Config) -> None:
    if _PREPARED in config.stash:
        return
    botocore_watch.watch()
    said = settings.options_from_config(config)
    config.stash[_PREPARED] = True
    region = {**said.ini, **said.cli}.get("region")
    if region is not None:
        from pytest_ddbmock.transports.clients.environment import (
            Environment,  # most projects need it at the first mock only
        )

        environment = Environment(region, wins=True)
        environment.enter()
        config.add_cleanup(environment.leave)


# ---- reports


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Forget the mocks of the test before."""
    if (module := sys.modules.get("pytest_ddbmock.testkit.ddbmock")) is not None:
        module.DDBMock.remember_started()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """Add the calls that were made to the report of a failing test."""
    report = (yield).get_result()
    if report.failed and "pytest_ddbmock.testkit.ddbmock" in sys.modules:
        from pytest_ddbmock.testkit.pytest_side.for_test import FAILED  # loads the engine
        from pytest_ddbmock.testkit.pytest_side.report import sections  # likewise

        item.stash[FAILED] = True
        report.sections.extend(sections())


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, None]:
    """Advise where a client was made at import time and no Region is configured."""
    report = (yield).get_result()
    if report.failed and "NoRegionError" in str(report.longrepr):
        advice = (
            "a client is made at import time: put `ddbmock_region = us-east-1` into the pytest section of the ini file"
        )
        report.sections.append(("ddbmock", advice))


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Differences item by item and attribute by attribute."""
    if op != "==" or "pytest_ddbmock.testkit.plain" not in sys.modules:
        return None
    from pytest_ddbmock.testkit.pytest_side.report import explain_comparison  # loads the engine

    return explain_comparison(left, right)
