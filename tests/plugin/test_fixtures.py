from __future__ import annotations


def passes(project, **outcomes):
    result = project.runpytest_inprocess()
    result.assert_outcomes(**(outcomes or {"passed": 1}))
    return result


def test_a_mock_is_empty_unless_the_project_says_otherwise(project):
    project.makepyfile("""
        import boto3

        def test_x(ddbmock):
            assert boto3.client("dynamodb").list_tables()["TableNames"] == []
            assert dict(ddbmock.tables) == {}
    """)
    passes(project)


def test_nothing_is_active_until_a_test_asks(project):
    project.makepyfile("""
        from pytest_ddbmock.transports import doors

        def test_x():
            assert doors.current() is None
    """)
    passes(project)


def test_handles_are_ready(project):
    project.makepyfile("""
        def test_x(ddbmock, ddbmock_client, ddbmock_resource, ddbmock_streams_client, ddbmock_clock):
            ddbmock.create_table("users", "pk", stream=True)
            ddbmock_client.put_item(TableName="users", Item={"pk": {"S": "a"}})
            assert ddbmock_resource.Table("users").get_item(Key={"pk": "a"})["Item"] == {"pk": "a"}
            assert ddbmock_streams_client.list_streams()["Streams"][0]["TableName"] == "users"
            before = ddbmock_clock.now
            assert (ddbmock_clock.tick(days=1) - before).days == 1
    """)
    passes(project)


PROJECT = """
    import pytest

    @pytest.fixture(scope="session")
    def ddbmock_tables():
        return {"users": {"key": ("pk", "sk"), "gsi": {"by-mail": "mail"}, "stream": True}, "orders": "id"}

    @pytest.fixture(scope="session")
    def ddbmock_seed():
        return {"users": [{"pk": "a", "sk": "1", "mail": "ada"}, {"pk": "b", "sk": "1"}]}
"""


def test_each_test_starts_from_the_projects_tables_and_seed(project):
    project.makeconftest(PROJECT)
    project.makepyfile("""
        import boto3, pytest

        @pytest.mark.parametrize("n", range(3))
        def test_x(ddbmock, ddbmock_client, n):
            users = ddbmock.table("users")
            assert [item["pk"] for item in users] == ["a", "b"]
            assert list(ddbmock.tables) == ["orders", "users"]
            assert ddbmock.streams["users"].records == []
            found = ddbmock_client.query(
                TableName="users", IndexName="by-mail", KeyConditionExpression="mail = :m",
                ExpressionAttributeValues={":m": {"S": "ada"}},
            )
            assert found["Count"] == 1
            users.load([{"pk": "c", "sk": "1", "mail": "ada"}])
            boto3.resource("dynamodb").Table("users").delete_item(Key={"pk": "a", "sk": "1"})
            ddbmock_client.update_time_to_live(
                TableName="users", TimeToLiveSpecification={"Enabled": True, "AttributeName": "x"}
            )
            ddbmock_client.delete_table(TableName="orders")
            ddbmock.create_table("extra", "pk")
    """)
    passes(project, passed=3)


def test_an_engine_is_built_once_for_the_same_tables_and_seed(project, monkeypatch):
    from pytest_ddbmock.testkit.ddbmock import DDBMock

    built = []
    original = DDBMock.build
    monkeypatch.setattr(DDBMock, "build", lambda mock: built.append(mock.options) or original(mock))
    project.makeconftest(PROJECT)
    project.makepyfile(
        test_a="def test_1(ddbmock): pass\ndef test_2(ddbmock): pass\n",
        test_b="""
            import pytest

            @pytest.fixture
            def ddbmock_seed():  # new but equal objects for each test
                return {"users": [{"pk": "z", "sk": "1"}]}

            def test_1(ddbmock): assert len(ddbmock.table("users")) == 1
            def test_2(ddbmock): assert len(ddbmock.table("users")) == 1

            @pytest.fixture(params=[1, True, 1.0])
            def value(request): return request.param

            class TestParametrised:
                @pytest.fixture
                def ddbmock_seed(self, value): return {"users": [{"pk": "z", "sk": "1", "value": value}]}

                def test_3(self, ddbmock, value): assert ddbmock.table("users")["z", "1"]["value"] == value
        """,
    )
    passes(project, passed=7)
    assert len(built) == 5


def test_a_folder_may_have_tables_and_a_seed_of_its_own(project):
    project.makeconftest(PROJECT)
    inner = project.mkpydir("inner")
    inner.joinpath("conftest.py").write_text(
        "import pytest\n\n"
        "@pytest.fixture(scope='session')\n"
        "def ddbmock_tables(): return {'inner': 'pk'}\n\n"
        "@pytest.fixture(scope='session')\n"
        "def ddbmock_seed(): return {'inner': 'seeds/inner.csv'}\n"
    )
    inner.joinpath("seeds").mkdir()
    inner.joinpath("seeds", "inner.csv").write_text("pk\nx\n")
    inner.joinpath("test_inner.py").write_text(
        "def test_x(ddbmock):\n    assert ddbmock.tables['inner'].items == [{'pk': 'x'}]\n"
    )
    project.makepyfile(test_outer="def test_x(ddbmock): assert list(ddbmock.tables) == ['orders', 'users']")
    passes(project, passed=2)


def test_files_are_found_beside_the_test_or_above_it(project):
    folder = project.mkpydir("deep")
    project.path.joinpath("above.jsonl").write_text('{"pk": "above"}')
    folder.joinpath("beside.jsonl").write_text('{"pk": "beside"}')
    folder.joinpath("test_x.py").write_text(
        "import pytest\n\n"
        "@pytest.mark.ddbmock(tables={'users': 'pk'}, seed={'users': 'above.jsonl'})\n"
        "def test_x(ddbmock):\n"
        "    ddbmock.table('users').load('beside.jsonl')\n"
        "    assert len(ddbmock.table('users')) == 2\n"
    )
    passes(project)


def test_a_bad_seed_is_an_error_that_tells_where(project):
    project.makepyfile("""
        import pytest

        @pytest.mark.ddbmock(tables={"users": "pk"}, seed={"users": "users.jsonl"})
        def test_x(ddbmock): pass
    """)
    project.path.joinpath("users.jsonl").write_text('{"pk": "a"}\n{"pk": 1}\n')
    result = passes(project, errors=1)
    result.stdout.fnmatch_lines(["*UsageError: *users.jsonl, line 2: *Type mismatch for key pk*"])


def test_a_rollback_does_not_depend_on_the_size_of_the_seed(project):
    project.makepyfile("""
        import time, pytest

        @pytest.fixture(scope="session", params=[10, 10_000])
        def ddbmock_seed(request):
            return {"users": [{"pk": str(n)} for n in range(request.param)]}

        @pytest.fixture(scope="session")
        def ddbmock_tables():
            return {"users": "pk"}

        took = {}

        @pytest.fixture
        def started(ddbmock_tables, ddbmock_seed, request):
            begun = time.perf_counter()
            yield
            took.setdefault(len(ddbmock_seed["users"]), []).append(time.perf_counter() - begun)

        @pytest.mark.parametrize("n", range(6))
        def test_x(started, ddbmock, n):
            ddbmock.table("users").load([{"pk": "new"}])

        def test_times():
            small, large = (min(times) for times in took.values())
            assert large < 20 * small
    """)
    passes(project, passed=13)


# ---- joining


def test_the_fixture_joins_an_active_mock_and_rolls_it_back(project):
    project.makepyfile("""
        import boto3, pytest
        from pytest_ddbmock import mock_dynamodb

        @pytest.fixture(scope="module", autouse=True)
        def shared():
            with mock_dynamodb() as ddb:
                ddb.create_table("users", "pk").load([{"pk": "a"}])
                ddb.clock.move_to("2030-01-01")
                yield ddb

        @pytest.mark.parametrize("n", range(2))
        def test_x(shared, ddbmock, n):
            assert ddbmock is not shared
            assert len(ddbmock.table("users")) == 1
            assert ddbmock.clock.now.year == 2030
            boto3.resource("dynamodb").Table("users").put_item(Item={"pk": "b"})
            assert len(shared.table("users")) == 2
            ddbmock.clock.tick(days=3650)

        def test_without_the_fixture(shared):
            assert len(shared.table("users")) == 1
            assert shared.clock.now.year == 2030
            shared.table("users").load([{"pk": "kept"}])

        def test_after_it(ddbmock):
            assert len(ddbmock.table("users")) == 2
    """)
    passes(project, passed=4)


def test_options_of_a_test_that_joins_are_refused(project):
    project.makepyfile("""
        import pytest
        from pytest_ddbmock import mock_dynamodb

        @pytest.fixture(scope="module", autouse=True)
        def shared():
            with mock_dynamodb(): yield

        @pytest.mark.ddbmock(region="eu-west-1")
        def test_x(ddbmock): pass
    """)
    passes(project, errors=1).stdout.fnmatch_lines(["*UsageError: the marker ddbmock(region)*joins*"])


def test_a_block_inside_the_fixture_is_a_mock_of_its_own(project):
    project.makepyfile("""
        import boto3
        from pytest_ddbmock import mock_dynamodb

        def test_x(ddbmock):
            ddbmock.create_table("users", "pk")
            with mock_dynamodb():
                assert boto3.client("dynamodb").list_tables()["TableNames"] == []
            assert boto3.client("dynamodb").list_tables()["TableNames"] == ["users"]
    """)
    passes(project)


# ---- what fails a test at its end


def test_a_swallowed_refusal_fails_the_test(project):
    project.makepyfile("""
        def test_x(ddbmock, ddbmock_client):
            try:
                ddbmock_client.list_contributor_insights()
            except Exception:
                pass
    """)
    result = passes(project, passed=1, errors=1)
    result.stdout.fnmatch_lines(["*NotImplementedByMock: pytest-ddbmock does not support ListContributorInsights yet*"])


def test_a_refusal_that_fails_the_test_is_told_once(project):
    project.makepyfile("def test_x(ddbmock_client): ddbmock_client.list_contributor_insights()")
    passes(project, failed=1)


def test_a_test_that_expects_a_refusal_says_so(project):
    project.makepyfile("""
        import pytest
        from pytest_ddbmock import NotImplementedByMock

        def test_x(ddbmock, ddbmock_client):
            with pytest.raises(NotImplementedByMock):
                ddbmock_client.list_contributor_insights()
            assert ddbmock.unsupported.pop().operation == "ListContributorInsights"
    """)
    passes(project)


def test_a_fault_that_never_struck_is_an_error(project):
    project.makepyfile("""
        def test_x(ddbmock):
            ddbmock.faults.throttle("PutItem", times=2)
    """)
    result = passes(project, passed=1, errors=1)
    result.stdout.fnmatch_lines(['*UsageError: unused faults: throttle("PutItem", times=2)*'])


def test_a_mock_that_the_test_forgot_to_stop_is_told_and_ended(project):
    project.makepyfile("""
        from pytest_ddbmock import mock_dynamodb
        from pytest_ddbmock.transports import doors

        forgotten = mock_dynamodb()

        def test_x(ddbmock): forgotten.start()
        def test_y(): assert doors.current() is None
    """)
    result = passes(project, passed=2, errors=1)
    result.stdout.fnmatch_lines(["*UsageError: mocks end in reverse order*"])
