from __future__ import annotations

import subprocess
import sys

import pytest

import pytest_ddbmock

HEAVY = ("boto3", "botocore", "freezegun", "time_machine", "sortedcontainers", "pytest_ddbmock.engine.engine")


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
