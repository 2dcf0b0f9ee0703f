from __future__ import annotations


def report(project, source, **outcomes):
    project.makeconftest("""
        import pytest

        @pytest.fixture(scope="session")
        def ddbmock_tables(): return {"users": {"key": ("pk", "sk:N"), "stream": True, "gsi": {"by-mail": "mail"}}}

        @pytest.fixture(scope="session")
        def ddbmock_seed(): return {"users": [{"pk": "a", "sk": 1, "name": "Ada"}, {"pk": "b", "sk": 1}]}

        @pytest.fixture
        def users(ddbmock): return ddbmock.resource().Table("users")
    """)
    project.makepyfile(test_x=source)
    result = project.runpytest_inprocess()
    result.assert_outcomes(**(outcomes or {"failed": 1}))
    return result


def told(result, first):
    """The lines that pytest shows from `first` on, without its margin."""
    lines = [line[1:].strip() if line.startswith("E") else line for line in result.outlines]
    return lines[next(index for index, line in enumerate(lines) if first in line) :]


def test_a_failing_test_tells_its_calls_and_the_clock(project):
    result = report(
        project,
        """
        import pytest
        def test_x(ddbmock, users):
            ddbmock.clock.move_to("2026-01-01")
            ddbmock.clock.freeze()
            ddbmock.clock.move_to("2026-01-01")
            users.put_item(Item={"pk": "c", "sk": 1})
            users.scan(Limit=1)
            users.scan(IndexName="by-mail")
            with ddbmock.faults.throttle("GetItem", times=1):
                users.get_item(Key={"pk": "c", "sk": 1})
            with pytest.raises(Exception):
                users.get_item(Key={"pk": "c"})
            ddbmock.client().list_tables()
            ddbmock.clock.move_to("2026-01-02")
            assert 0
        """,
    )
    assert told(result, "ddbmock calls")[1:8] == [
        "test_x.py:6   PutItem     users          1 item, 1 capacity unit",
        "test_x.py:7   Scan        users          1 item, 0.5 capacity units, more left to read",
        "test_x.py:8   Scan        users/by-mail  0 items, 0.5 capacity units",
        "test_x.py:10  GetItem     users          1 item, 0.5 capacity units, 2 attempts",
        "test_x.py:12  GetItem     users          ValidationException",
        "test_x.py:13  ListTables",
        "clock: 2026-01-02T00:00:00+00:00",
    ]


def test_a_passing_test_tells_nothing(project):
    result = report(project, "def test_x(users): users.scan()", passed=1)
    assert "ddbmock calls" not in result.stdout.str()


def test_only_the_last_of_very_many_calls_are_told(project):
    result = report(
        project,
        """
        def test_x(users):
            for n in range(60): users.get_item(Key={"pk": str(n), "sk": 1})
            assert 0
        """,
    )
    lines = told(result, "ddbmock calls")
    assert lines[1] == "... 10 earlier calls"
    assert lines[52].startswith("clock:")


def test_calls_of_decorators_and_blocks_are_told_too(project):
    result = report(
        project,
        """
        import boto3
        from pytest_ddbmock import mock_dynamodb

        @mock_dynamodb
        def test_x():
            boto3.client("dynamodb").list_tables()
            assert 0

        def test_y():
            pass
        """,
        failed=1,
        passed=1,
    )
    assert "ListTables" in told(result, "ddbmock calls")[1]


def test_calls_of_a_shared_mock_are_told_where_a_test_has_none_of_its_own(project):
    result = report(
        project,
        """
        import boto3, pytest
        from pytest_ddbmock import mock_dynamodb

        @pytest.fixture(scope="module", autouse=True)
        def shared():
            with mock_dynamodb() as ddb: yield ddb

        def test_x(): boto3.client("dynamodb").list_tables()

        def test_y():
            boto3.client("dynamodb").describe_limits()
            assert 0
        """,
        failed=1,
        passed=1,
    )
    assert "DescribeLimits" in told(result, "ddbmock calls")[2]


# ---- comparisons


def test_items_are_compared_one_by_one(project):
    result = report(
        project,
        """
        def test_x(ddbmock):
            assert ddbmock.table("users").items == [
                {"pk": "a", "sk": 1, "name": "Bob", "age": 36}, {"pk": "c", "sk": 1}
            ]
        """,
    )
    assert told(result, "the items are not as expected")[1:6] == [
        "{'pk': 'a', 'sk': 1}",
        "name: is 'Ada', expected 'Bob'",
        "age: missing, expected 36",
        "missing: {'pk': 'c', 'sk': 1}",
        "unexpected: {'pk': 'b', 'sk': Decimal('1')}",
    ]


def test_items_in_another_order_are_told_so(project):
    result = report(
        project,
        """
        def test_x(ddbmock):
            assert [{"pk": "b", "sk": 1}, {"pk": "a", "sk": 1, "name": "Ada"}] == ddbmock.table("users").items
        """,
    )
    assert "the order differs" in told(result, "the items are not as expected")[1]


def test_items_without_a_key_are_compared_by_position(project):
    result = report(
        project,
        """
        from unittest.mock import ANY
        def test_x(ddbmock):
            assert ddbmock.table("users").items == [{"name": "Ada"}, ANY, ANY]
        """,
    )
    lines = told(result, "the items are not as expected")
    assert "pk: is 'a', unexpected" in lines
    assert "[2] missing: <ANY>" in lines


def test_an_item_is_compared_attribute_by_attribute(project):
    result = report(
        project,
        """
        def test_x(ddbmock):
            assert ddbmock.table("users")["a", 1] == {"pk": "a", "sk": 1, "name": "Bob"}
        """,
    )
    assert told(result, "the item is not as expected")[1] == "name: is 'Ada', expected 'Bob'"


def test_what_a_stream_tells_is_compared_attribute_by_attribute(project):
    result = report(
        project,
        """
        from pytest_ddbmock import Insert, Modify
        def test_x(ddbmock, users):
            with ddbmock.streams["users"].watch() as seen:
                users.put_item(Item={"pk": "c", "sk": 1, "status": "NEW"})
                users.delete_item(Key={"pk": "c", "sk": 1})
            assert seen == [Insert(status="PAID"), Modify(), Insert()]
        """,
    )
    lines = told(result, "stream records differ")
    assert "status: is 'NEW', expected 'PAID'" in lines
    assert "is a Remove, expected a Modify" in lines
    assert "[2] missing: Insert()" in lines


def test_assert_only_shows_the_line_of_the_test(project):
    result = report(
        project,
        """
        from pytest_ddbmock import Insert
        def test_x(ddbmock, users):
            with ddbmock.streams["users"].watch() as seen:
                users.put_item(Item={"pk": "c", "sk": 1, "status": "NEW"})
            seen.assert_only(Insert(status="PAID"))
        """,
    )
    result.stdout.fnmatch_lines(['>*seen.assert_only(Insert(status="PAID"))', "test_x.py:5: AssertionError"])
    result.stdout.no_fnmatch_line("*stream_view.py*")


def test_a_mistake_of_the_author_shows_the_line_of_the_test(project):
    result = report(project, "def test_x(ddbmock):\n    ddbmock.table('usres')\n")
    result.stdout.fnmatch_lines(
        [">*ddbmock.table('usres')", '*UsageError: unknown table "usres" in us-east-1; did you mean "users"?']
    )
    result.stdout.no_fnmatch_line("*assembly.py*")


def test_other_comparisons_are_pytests(project):
    result = report(project, "def test_x(ddbmock):\n    assert [1] == [2]\n")
    result.stdout.fnmatch_lines(["*At index 0 diff: 1 != 2*"])


def test_a_call_in_the_wrong_region_is_told_with_the_tables_that_there_are(project):
    project.makepyfile("""
        def test_x(ddbmock):
            ddbmock.create_table("users", "pk")
            client = ddbmock.client(region="eu-west-1")
            client.get_item(TableName="users", Key={"pk": {"S": "a"}})
    """)
    result = project.runpytest()
    result.stdout.fnmatch_lines(
        ["*GetItem*users*in eu-west-1, ResourceNotFoundException", "tables: users in us-east-1"]
    )


def test_a_client_made_at_import_without_a_region_is_advised(project, monkeypatch):
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    project.makepyfile("""
        import boto3

        client = boto3.client("dynamodb")

        def test_x():
            pass
    """)
    project.runpytest().stdout.fnmatch_lines(
        ["*put `ddbmock_region = us-east-1` into the pytest section of the ini file"]
    )
