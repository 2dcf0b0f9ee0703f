"""The examples work, run as their readers would run them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def run(*command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run Python on this checkout, with no AWS settings at all and no pytest plugin but ours."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_"))}
    environment |= {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.run([sys.executable, *command], cwd=cwd, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("example", ["atlas", "links", "rehearsal"])
def test_the_tests_of_an_example_pass(example: str) -> None:
    plugin = ("-p", "pytest_ddbmock.plugin", "-p", "no:cacheprovider")

    ran = run("-m", "pytest", "-q", *plugin, str(EXAMPLES / example))

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " passed" in ran.stdout
    assert "skipped" not in ran.stdout


def test_an_example_runs_under_unittest_alone() -> None:
    ran = run("-W", "error", "-m", "unittest", cwd=EXAMPLES / "links")

    assert ran.returncode == 0, ran.stderr
    assert "OK" in ran.stderr


def test_the_demonstration_script_runs() -> None:
    ran = run("-W", "error", "demo.py", cwd=EXAMPLES / "links")

    assert ran.returncode == 0, ran.stderr
    assert "a day later:" in ran.stdout
