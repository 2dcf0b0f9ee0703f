"""The README's samples run as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_ddbmock.operations import OPERATIONS

# Loaded here, or each project made by pytester would load modules of its own and find the classes of another.
from pytest_ddbmock.testkit import ddbmock  # noqa: F401
from pytest_ddbmock.testkit.handles import records  # noqa: F401
from pytest_ddbmock.testkit.options import FIELDS

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
SAMPLES = re.findall(r"^```python\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("sample", SAMPLES, ids=[re.search(r"def (test_\w+)", sample)[1] for sample in SAMPLES])
def test_sample_runs(project: pytest.Pytester, sample: str) -> None:
    pytest.importorskip("boto3")
    project.makepyfile(test_sample=sample)
    result = project.runpytest()
    outcomes = result.parseoutcomes()
    assert set(outcomes) <= {"passed"} and outcomes["passed"] == len(re.findall(r"def test_", sample)), outcomes


def test_every_operation_that_is_served_is_listed() -> None:
    section = README.split("## What is served")[1].split("\n\n")[1]
    listed = {name.strip(" .\n") for name in section.split(",")}
    assert listed == {name for _, name in OPERATIONS}


def test_every_option_is_in_the_table() -> None:
    table = README.split("| option | default | meaning |")[1].split("\n\n")[0]
    rows = [f"| `{name}` | `{field.default}` | {field.metadata['help']} |" for name, field in FIELDS.items()]
    assert [line for line in table.splitlines() if line.startswith("| `")] == rows
