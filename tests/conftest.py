"""pytester for the tests of the plugin."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import pytest

import pytest_ddbmock

pytest_plugins = ["pytester"]

LOADED_ONCE = (
    "boto3",
    "freezegun",
    "pytest_ddbmock.testkit.pytest_side.for_test",
    "pytest_ddbmock.testkit.pytest_side.report",
)


@pytest.fixture(scope="session")
def loaded_once() -> None:
    """pytester forgets what is imported after it: these are to be the same in all tests, and imported only once."""
    for name in LOADED_ONCE:
        importlib.import_module(name)


@pytest.fixture
def project(loaded_once: None, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """An empty project whose tests run in this process with our plugin alone, warnings as errors."""
    root = str(Path(pytest_ddbmock.__file__).parent.parent)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")])))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    # An editable install is not rewritten, and each run inside the run would warn of it.
    warnings = "-W error -W ignore::pytest.PytestAssertRewriteWarning"
    monkeypatch.setenv("PYTEST_ADDOPTS", f"-p pytest_ddbmock.plugin -p no:cacheprovider {warnings}")
    return pytester
