"""pytester for the tests of the plugin; projects made by it load the plugin as this run has loaded it."""

from __future__ import annotations

import importlib.metadata

import pytest

pytest_plugins = ["pytester"]


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """An empty project whose tests run in this process, warnings as errors."""
    installed = any(point.name == "ddbmock" for point in importlib.metadata.entry_points(group="pytest11"))
    options = "" if installed else "-p pytest_ddbmock.plugin "
    monkeypatch.setenv("PYTEST_ADDOPTS", f"{options}-p no:cacheprovider -W error")
    return pytester
