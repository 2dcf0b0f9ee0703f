from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import unittest

import boto3
import pytest

from pytest_ddbmock import UsageError, mock_dynamodb
from pytest_ddbmock.transports import doors


def names():
    return boto3.client("dynamodb", region_name="us-east-1").list_tables()["TableNames"]


def make(name):
    with_key = {"AttributeName": "pk", "KeyType": "HASH"}
    boto3.client("dynamodb", region_name="us-east-1").create_table(
        TableName=name,
        KeySchema=[with_key],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


# ---- functions


@mock_dynamodb
def add_and_list(name, *, prefix=""):
    """Adds a table."""
    make(prefix + name)
    return names()


def test_each_call_of_a_decorated_function_has_an_empty_mock():
    assert add_and_list("users") == ["users"]
    assert add_and_list("users", prefix="my-") == ["my-users"]
    assert doors.current() is None
    assert add_and_list.__doc__ == "Adds a table."


def test_a_decorator_takes_options():
    @mock_dynamodb(region="us-east-1", tables={"users": "pk"})
    def run():
        return names()

    assert run() == ["users"]


def test_coroutine_functions_are_decorated():
    @mock_dynamodb
    async def run():
        make("users")
        await asyncio.sleep(0)
        return names()

    assert asyncio.run(run()) == ["users"]
    assert doors.current() is None


def test_generator_functions_are_active_until_they_end():
    @contextlib.contextmanager
    @mock_dynamodb(tables={"users": "pk"})
    def run():
        try:
            yield names()
        except ZeroDivisionError:
            assert names() == ["users"]

    with run() as found:
        assert found == names() == ["users"]
        raise ZeroDivisionError
    assert doors.current() is None


def test_async_generator_functions_are_active_until_they_end():
    @contextlib.asynccontextmanager
    @mock_dynamodb(tables={"users": "pk"})
    async def run():
        try:
            yield names()
        except ZeroDivisionError:
            assert names() == ["users"]

    async def scenario():
        async with run() as found:
            assert found == names() == ["users"]
            raise ZeroDivisionError
        return doors.current()

    assert asyncio.run(scenario()) is None


def test_an_async_generator_that_is_left_early_ends_its_mock():
    @mock_dynamodb
    async def run():
        yield 1
        yield 2

    async def scenario():
        generator = run()
        assert await generator.__anext__() == 1
        await generator.aclose()
        assert doors.current() is None
        return [value async for value in run()]

    assert asyncio.run(scenario()) == [1, 2]


def test_an_exception_of_the_function_ends_the_mock():
    @mock_dynamodb
    def run():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run()
    assert doors.current() is None


def test_a_decorated_function_inside_a_mock_has_an_empty_one_of_its_own():
    with mock_dynamodb(tables={"outer": "pk"}):
        assert add_and_list("inner") == ["inner"]
        assert names() == ["outer"]


@pytest.mark.parametrize("wrong", ["eu-west-1", {"region": "eu-west-1"}, 5])
def test_what_cannot_be_decorated_is_refused(wrong):
    with pytest.raises(UsageError, match="options have names"):
        mock_dynamodb(wrong)


def test_a_fixture_is_decorated_below_its_decorator():
    with pytest.raises(UsageError, match=r"below @pytest.fixture"):

        @mock_dynamodb
        @pytest.fixture
        def table():
            """Decorated the wrong way round."""


def test_a_class_without_tests_is_refused():
    with pytest.raises(UsageError, match="Service has no tests"):

        @mock_dynamodb
        class Service:
            def call(self): ...


# ---- under pytest


def test_decorated_tests_keep_their_fixtures_and_parameters(project):
    project.makepyfile("""
        import boto3, pytest
        from unittest import mock
        from pytest_ddbmock import mock_dynamodb

        @pytest.fixture
        @mock_dynamodb(tables={"users": "pk"})
        def table():
            yield boto3.resource("dynamodb").Table("users")

        @mock_dynamodb
        @pytest.mark.parametrize("n", [1, 2])
        def test_x(tmp_path, n, monkeypatch):
            assert boto3.client("dynamodb").list_tables()["TableNames"] == []

        @mock.patch("os.getcwd", return_value="x")
        @mock_dynamodb
        def test_patched(getcwd, tmp_path):
            assert getcwd() == "x"

        def test_fixture(table):
            table.put_item(Item={"pk": "a"})
    """)
    project.runpytest_inprocess().assert_outcomes(passed=4)


def test_each_test_of_a_decorated_class_has_an_empty_mock_from_its_setup_on(project):
    project.makepyfile("""
        import boto3, pytest
        from pytest_ddbmock import mock_dynamodb
        from pytest_ddbmock.transports import doors

        def names(): return boto3.client("dynamodb").list_tables()["TableNames"]

        @mock_dynamodb(tables={"users": "pk"})
        class TestX:
            def setup_method(self):
                self.at_setup = names()

            def teardown_method(self, method):
                assert method.__name__.startswith("test_")
                assert names() == []

            @pytest.fixture
            def table(self):
                return boto3.resource("dynamodb").Table("users")

            @pytest.mark.parametrize("n", [1, 2])
            def test_x(self, table, n):
                assert self.at_setup == ["users"]
                table.put_item(Item={"pk": "a"})
                assert table.scan()["Count"] == 1
                table.delete()

        @mock_dynamodb(tables={"users": "pk"})
        class TestY:
            class TestInner:
                def test_y(self):
                    assert names() == ["users"]

        def test_afterwards():
            assert doors.current() is None
    """)
    project.runpytest_inprocess().assert_outcomes(passed=4)


def test_tests_join_what_the_setup_of_their_class_has_made(project):
    project.makepyfile("""
        import boto3
        from pytest_ddbmock import mock_dynamodb
        from pytest_ddbmock.transports import doors

        @mock_dynamodb(tables={"users": "pk"})
        class TestX:
            @classmethod
            def setup_class(cls):
                cls.table = boto3.resource("dynamodb").Table("users")
                cls.table.put_item(Item={"pk": "shared"})

            def test_x(self):
                self.table.put_item(Item={"pk": "x"})
                assert self.table.scan()["Count"] == 2

            def test_y(self):
                assert self.table.scan()["Count"] == 1

        def test_afterwards():
            assert doors.current() is None
    """)
    project.runpytest_inprocess().assert_outcomes(passed=3)


def test_a_setup_that_fails_leaves_no_mock_behind(project):
    project.makepyfile("""
        from pytest_ddbmock import mock_dynamodb
        from pytest_ddbmock.transports import doors

        @mock_dynamodb
        class TestX:
            def setup_method(self): assert 0
            def test_x(self): pass

        @mock_dynamodb
        class TestY:
            def setup_class(self): assert 0
            def test_x(self): pass

        def test_afterwards():
            assert doors.current() is None
    """)
    project.runpytest_inprocess().assert_outcomes(passed=1, errors=2)


# ---- unittest


@mock_dynamodb(tables={"users": "pk"})
class Fresh(unittest.TestCase):
    def setUp(self):
        self.table = boto3.resource("dynamodb", region_name="us-east-1").Table("users")
        self.table.put_item(Item={"pk": "setup"})
        self.addCleanup(lambda: self.table.scan())

    def tearDown(self):
        self.table.delete_item(Key={"pk": "setup"})

    def test_x(self):
        self.table.put_item(Item={"pk": "x"})
        self.assertEqual(self.table.scan()["Count"], 2)

    def test_y(self):
        self.assertEqual(self.table.scan()["Count"], 1)

    def test_subtests(self):
        for n in range(2):
            with self.subTest(n=n):
                self.assertEqual(self.table.scan()["Count"], 1)


class Inherits(Fresh):
    def test_z(self):
        self.assertEqual(names(), ["users"])


@mock_dynamodb
class Joins(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        make("shared")

    def test_x(self):
        make("x-table")
        self.assertEqual(names(), ["shared", "x-table"])

    def test_y(self):
        self.assertEqual(names(), ["shared"])


@mock_dynamodb(tables={"users": "pk"})
class Async(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.assertEqual(names(), ["users"])

    async def test_x(self):
        await asyncio.sleep(0)
        make("other")
        self.assertEqual(names(), ["other", "users"])

    async def test_y(self):
        self.assertEqual(names(), ["users"])


def run_case(*cases):
    suite = unittest.TestSuite(unittest.defaultTestLoader.loadTestsFromTestCase(case) for case in cases)
    result = unittest.TestResult()
    suite.run(result)
    assert doors.current() is None
    return result


def test_test_cases_run_without_pytest():
    result = run_case(Fresh, Inherits, Joins, Async)
    assert result.wasSuccessful(), result.failures + result.errors
    assert result.testsRun == 3 + 4 + 2 + 2


def test_a_refusal_that_a_test_case_swallows_is_an_error():
    @mock_dynamodb
    class Swallows(unittest.TestCase):
        def test_x(self):
            with contextlib.suppress(Exception):
                boto3.client("dynamodb", region_name="us-east-1").list_contributor_insights()

        def test_y(self):
            names()

    result = run_case(Swallows)
    assert [test.id().rpartition(".")[2] for test, _ in result.errors] == ["test_x"]
    assert "ListContributorInsights" in result.errors[0][1]


def test_a_mock_that_cannot_be_built_is_an_error_of_each_test():
    @mock_dynamodb(tables={"users": "ts:Number"})
    class Broken(unittest.TestCase):
        def test_x(self): ...
        def test_y(self): ...

    result = run_case(Broken)
    assert result.testsRun == len(result.errors) == 2
    assert 'write "ts:N"' in result.errors[0][1]


def test_skipped_tests_of_a_test_case_are_skipped():
    @mock_dynamodb
    class Skips(unittest.TestCase):
        @unittest.skip("not now")
        def test_x(self): ...

        def test_y(self):
            self.skipTest("not now either")

    result = run_case(Skips)
    assert len(result.skipped) == 2


def test_test_cases_need_no_pytest_at_all():
    code = (
        "import sys, unittest\n"
        "from pytest_ddbmock import mock_dynamodb\n"
        "@mock_dynamodb(tables={'users': 'pk'})\n"
        "class X(unittest.TestCase):\n"
        "    def test_x(self): self.assertNotIn('pytest', sys.modules)\n"
        "unittest.main()\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, capture_output=True)


def test_test_cases_run_under_pytest(project):
    project.makepyfile("""
        import unittest
        import boto3, pytest
        from pytest_ddbmock import mock_dynamodb
        from pytest_ddbmock.transports import doors

        def names(): return boto3.client("dynamodb").list_tables()["TableNames"]

        @mock_dynamodb(tables={"users": "pk"})
        class TestFresh(unittest.TestCase):
            def setUp(self): self.assertEqual(names(), ["users"])
            def tearDown(self): boto3.client("dynamodb").delete_table(TableName="users")
            def test_x(self): self.assertEqual(names(), ["users"])
            def test_y(self): self.fail("on purpose")

        @mock_dynamodb
        class TestJoins(unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                boto3.resource("dynamodb").create_table(
                    TableName="shared",
                    KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                    AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                    BillingMode="PAY_PER_REQUEST",
                )

            def test_x(self): boto3.client("dynamodb").delete_table(TableName="shared")
            def test_y(self): self.assertEqual(names(), ["shared"])

        @mock_dynamodb
        class TestBreaks(unittest.TestCase):
            @classmethod
            def setUpClass(cls): assert 0
            def test_x(self): pass

        @pytest.mark.usefixtures("ddbmock")
        class TestWithFixture(unittest.TestCase):
            def test_x(self): self.assertEqual(names(), [])

        def test_afterwards():
            assert doors.current() is None
    """)
    result = project.runpytest_inprocess()
    result.assert_outcomes(passed=5, failed=1, errors=1)
    result.stdout.fnmatch_lines(["*ddbmock calls*", "*ListTables*"])
