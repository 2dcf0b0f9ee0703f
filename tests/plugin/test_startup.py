from __future__ import annotations

import gc
import subprocess
import sys

import pytest

import pytest_ddbmock
from pytest_ddbmock.loading import load

HEAVY = ("boto3", "botocore", "freezegun", "time_machine", "sortedcontainers", "pytest_ddbmock.engine.engine")
LATER = (
    "asyncio",
    "unittest",
    "pytest_ddbmock.archive.export",
    "pytest_ddbmock.followers.deliveries",
    "pytest_ddbmock.followers.trigger",
    "pytest_ddbmock.operations.exports",
    "pytest_ddbmock.operations.statements",
    "pytest_ddbmock.partiql.parser",
    "pytest_ddbmock.transports.http.server",
)


def test_a_run_that_never_asks_imports_nothing_heavy(project):
    project.makepyfile(f"""
        import sys

        def test_x():
            assert 1 == 1

        def test_imports():
            assert not set({HEAVY!r}) & set(sys.modules)
    """)
    project.runpytest_subprocess().assert_outcomes(passed=2)


def test_a_failing_test_without_a_mock_imports_nothing_heavy(project):
    project.makepyfile(f"""
        import sys

        def test_x():
            assert [1] == [2]

        def test_imports():
            assert not set({HEAVY!r}) & set(sys.modules)
    """)
    project.runpytest_subprocess().assert_outcomes(passed=1, failed=1)


def test_the_public_names_are_there():
    assert set(pytest_ddbmock.__all__) <= set(dir(pytest_ddbmock))
    for name in pytest_ddbmock.__all__:
        assert getattr(pytest_ddbmock, name) is not None
    with pytest.raises(AttributeError):
        pytest_ddbmock.nonsense  # noqa: B018


def test_the_package_alone_imports_nothing_heavy():
    code = (
        "import sys, pytest_ddbmock\n"
        "assert pytest_ddbmock.__version__\n"
        "pytest_ddbmock.UsageError, pytest_ddbmock.Options\n"
        f"assert not set({(*HEAVY, 'pytest')!r}) & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_a_mock_imports_what_few_tests_need_when_they_ask_for_it():
    code = f"""
import sys
from pytest_ddbmock import mock_dynamodb

LATER = {LATER!r}
with mock_dynamodb() as ddb:
    ddb.create_table("orders", "id", stream=True)
    client = ddb.client()
    client.put_item(TableName="orders", Item={{"id": {{"S": "1"}}}})
    assert not set(LATER) & set(sys.modules), set(LATER) & set(sys.modules)

    assert client.execute_statement(Statement="SELECT * FROM orders")["Items"] == [{{"id": {{"S": "1"}}}}]
    assert client.list_exports()["ExportSummaries"] == []
    got = []
    ddb.streams["orders"].connect(got.append)
    client.delete_item(TableName="orders", Key={{"id": {{"S": "1"}}}})
    ddb.streams.drain()
    assert len(got) == 1
    with ddb.serve() as server:
        assert server.url
assert set(LATER) - {{"asyncio", "unittest"}} <= set(sys.modules)
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_what_was_imported_while_a_test_patched_the_modules_goes_on_working():
    code = """
import sys
from unittest import mock

from pytest_ddbmock import Insert, mock_dynamodb

for number in range(2):
    with mock_dynamodb() as ddb, mock.patch.dict(sys.modules):
        ddb.create_table("orders", "id", stream=True, pitr=True)
        got = []
        ddb.streams["orders"].connect(got.append)
        ddb.client().execute_statement(Statement="INSERT INTO orders VALUE {'id': '1'}")
        ddb.streams.drain()
        assert len(got) == 1
        assert ddb.streams["orders"].records == [Insert({"id": "1"})]
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


@pytest.mark.parametrize("is_enabled", [True, False])
def test_loading_leaves_the_garbage_collector_as_it_was(is_enabled, monkeypatch, tmp_path):
    (tmp_path / "sound_module.py").write_text("import gc\nwas_enabled = gc.isenabled()\n")
    (tmp_path / "broken_module.py").write_text("raise RuntimeError('broken')\n")
    monkeypatch.syspath_prepend(tmp_path)
    was_enabled, frozen = gc.isenabled(), gc.get_freeze_count()  # Python 3.12 begins with some
    try:
        (gc.enable if is_enabled else gc.disable)()
        assert load("sound_module").was_enabled is False
        assert gc.isenabled() is is_enabled
        with pytest.raises(RuntimeError, match="broken"):
            load("broken_module")
        assert gc.isenabled() is is_enabled
        assert gc.get_freeze_count() == frozen
    finally:
        sys.modules.pop("sound_module", None)
        (gc.enable if was_enabled else gc.disable)()


def test_loading_leaves_frozen_what_the_application_has_frozen():
    code = """
import gc

import boto3
gc.freeze()
frozen = gc.get_freeze_count()
from pytest_ddbmock import mock_dynamodb

with mock_dynamodb():
    assert gc.get_freeze_count() == frozen > 0
"""
    subprocess.run([sys.executable, "-c", code], check=True)
