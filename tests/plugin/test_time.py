from __future__ import annotations


def test_a_test_of_forty_days_does_not_show_in_the_durations(project):
    project.makepyfile("""
        def test_x(ddbmock_clock):
            ddbmock_clock.tick(days=40)

        def test_y(ddbmock_clock):
            ddbmock_clock.move_to("2001-01-01")
            assert 0
    """)
    junit = project.path / "junit.xml"
    result = project.runpytest_inprocess("--durations=0", "-vv", f"--junit-xml={junit}")
    result.assert_outcomes(passed=1, failed=1)
    for report in project.inline_run().getreports("pytest_runtest_logreport"):
        assert 0 <= report.duration < 60
        assert 0 <= report.stop - report.start < 60
    assert not any("e+" in line or "00000" in line for line in result.outlines if "s call" in line)


def test_time_is_real_again_in_the_next_test(project):
    project.makepyfile("""
        import time

        before = time.time()

        def test_x(ddbmock):
            ddbmock.clock.tick(days=40)
            ddbmock.clock.freeze()

        def test_y(ddbmock):
            assert time.time() - before < 600
            assert ddbmock.clock.now.timestamp() - before < 600
    """)
    project.runpytest_inprocess().assert_outcomes(passed=2)


def test_a_test_that_is_frozen_by_others_is_followed(project):
    project.makepyfile("""
        import datetime, time
        import boto3, freezegun, pytest
        from pytest_ddbmock import mock_dynamodb

        @pytest.fixture(scope="session")
        def ddbmock_tables(): return {"users": {"key": "pk", "ttl": "expires", "pitr": True}}

        @pytest.fixture(scope="session")
        def ddbmock_seed(): return {"users": [{"pk": "seed", "expires": 1577836800 + 3600}]}

        @pytest.mark.parametrize("n", range(2))
        @freezegun.freeze_time("2020-01-01")
        def test_frozen(ddbmock, n):
            assert "seed" in ddbmock.table("users")
            assert ddbmock.clock.now.isoformat() == "2020-01-01T00:00:00+00:00"
            described = ddbmock.client().describe_table(TableName="users")["Table"]
            assert described["CreationDateTime"].year == 2020
            ddbmock.clock.tick(hours=2)
            assert datetime.datetime.now().hour == 2
            assert "seed" not in ddbmock.table("users")
            before = datetime.datetime(2020, 1, 1, 0, 30)
            assert "seed" in ddbmock.table("users").at(before)
            ddbmock.client().restore_table_to_point_in_time(
                SourceTableName="users", TargetTableName="restored", RestoreDateTime=before
            )
            assert "seed" in ddbmock.table("restored")

        def test_real(ddbmock):
            assert "seed" in ddbmock.table("users").at(ddbmock.clock.now) or "seed" not in ddbmock.table("users")
    """)
    project.runpytest_inprocess().assert_outcomes(passed=3)
