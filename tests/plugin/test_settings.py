from __future__ import annotations

import dataclasses
import os

import pytest

from pytest_ddbmock import Options

SHOWS = """
    import pytest

    def test_x(ddbmock):
        print("SAID", ddbmock.region, ddbmock.account, sorted(ddbmock.tables))
"""


def said(project, *args):
    """What the options came to, as `SHOWS` prints it."""
    result = project.runpytest_inprocess("-s", *args)
    result.assert_outcomes(passed=1)
    [line] = [line for line in result.outlines if "SAID" in line]
    return line.partition("SAID ")[2]


@pytest.fixture(autouse=True)
def no_region(monkeypatch):
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)


def test_defaults(project):
    project.makepyfile(SHOWS)
    assert said(project) == "us-east-1 123456789012 []"


def test_the_marker_comes_before_the_command_line_and_that_before_the_ini(project):
    project.makeini("[pytest]\nddbmock_region = eu-west-1\nddbmock_account = 111111111111\nddbmock_tables = users: pk")
    project.makepyfile(SHOWS)
    assert said(project) == "eu-west-1 111111111111 ['users']"
    assert said(project, "--ddbmock-region=eu-west-2") == "eu-west-2 111111111111 ['users']"
    project.makepyfile(SHOWS.replace("def test", "@pytest.mark.ddbmock(region='eu-west-3', tables={})\n    def test"))
    assert said(project, "--ddbmock-region=eu-west-2") == "eu-west-3 111111111111 []"


def test_the_fixtures_come_before_the_ini_and_after_the_command_line(project):
    project.makeini("[pytest]\nddbmock_tables = by-ini: pk")
    project.makepyfile(SHOWS)
    project.makeconftest("""
        import pytest

        @pytest.fixture(scope="session")
        def ddbmock_tables(): return {"by-fixture": "pk"}
    """)
    assert said(project).endswith("['by-fixture']")
    assert said(project, "--ddbmock-tables", "by-cli: pk").endswith("['by-cli']")


def test_tables_and_seed_are_told_by_lines_in_the_ini(project):
    project.makeini(
        "[pytest]\n"
        "ddbmock_tables =\n    users: pk, sk:N\n    orders: id\n"
        "ddbmock_seed =\n    users: users.csv\n"
        "ddbmock_pace = 5\nddbmock_ttl_delay = 60\n"
    )
    project.path.joinpath("users.csv").write_text("pk,sk\na,1\n")
    project.makepyfile("""
        def test_x(ddbmock):
            assert ddbmock.table("users").items == [{"pk": "a", "sk": 1}]
            assert ddbmock.table("orders").items == []
            assert (ddbmock.options.pace, ddbmock.options.ttl_delay) == (5, 60)
    """)
    project.runpytest_inprocess().assert_outcomes(passed=1)


def test_markers_of_test_class_and_module_add_up(project):
    project.makepyfile("""
        import pytest

        pytestmark = pytest.mark.ddbmock(region="eu-west-1", account="111111111111")

        @pytest.mark.ddbmock(region="eu-west-2", tables={"users": "pk"})
        class TestX:
            @pytest.mark.ddbmock(region="eu-west-3")
            def test_x(self, ddbmock):
                assert (ddbmock.region, ddbmock.account, list(ddbmock.tables)) == (
                    "eu-west-3", "111111111111", ["users"]
                )
    """)
    project.runpytest_inprocess().assert_outcomes(passed=1)


def test_the_marker_alone_activates_a_mock(project):
    project.makepyfile("""
        import boto3, pytest

        @pytest.fixture
        def tables():
            return boto3.client("dynamodb").list_tables()["TableNames"]

        @pytest.mark.ddbmock(tables={"users": "pk"})
        def test_x(tables):
            assert tables == ["users"]
    """)
    project.runpytest_inprocess().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    "marker, advice",
    [
        ("regoin='eu-west-1'", '*UsageError: the marker ddbmock: unknown option "regoin"; did you mean "region"*'),
        ("page_items=2", '*UsageError: the marker ddbmock: the option "page_items" is not available yet*'),
        ("'eu-west-1'", "*UsageError: the options of the marker ddbmock have names; not 'eu-west-1'*"),
        ("account=1", "*UsageError: invalid account=1: use 12 digits*"),
        ("tables='template.yaml'", "*UsageError: reading tables from a template (template.yaml) is not available yet*"),
    ],
)
def test_a_wrong_marker_is_an_error_of_its_test(project, marker, advice):
    project.makepyfile(f"""
        import pytest

        @pytest.mark.ddbmock({marker})
        def test_x(ddbmock): pass

        def test_y(ddbmock): pass
    """)
    result = project.runpytest_inprocess()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([advice])


@pytest.mark.parametrize(
    "args, advice",
    [
        (["--ddbmock-pace=soon"], "*--ddbmock-pace: invalid value 'soon': use a number of seconds*"),
        (["--ddbmock-account=12"], "*invalid account='12': use 12 digits*"),
        (["--ddbmock-tables=users: ts:Number"], '*table "users": *write "ts:N"*'),
        (["--ddbmock-chaos"], "*--ddbmock-chaos is not available yet*"),
        (["--ddbmock-chaos=7"], "*--ddbmock-chaos is not available yet*"),
        (["-o", "ddbmock_pace=soon"], "*ini option ddbmock_pace: invalid value 'soon': use a number of seconds*"),
        (["-o", "ddbmock_tables=template.yaml"], "*template (template.yaml) is not available yet*"),
    ],
)
def test_wrong_settings_end_the_run_before_it_begins(project, args, advice):
    project.makepyfile(SHOWS)
    result = project.runpytest_inprocess(*args)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([advice])


def test_help_tells_every_option(project):
    text = project.runpytest_inprocess("--help").stdout.str()
    for field in dataclasses.fields(Options):
        assert f"--ddbmock-{field.name.replace('_', '-')}=" in text
        assert f"ddbmock_{field.name}" in text
    assert "chaos" not in text


def test_markers_and_fixtures_tell_about_themselves(project):
    project.runpytest_inprocess("--markers").stdout.fnmatch_lines(["@pytest.mark.ddbmock(region=..., account=*"])
    listed = project.runpytest_inprocess("--fixtures").stdout.str()
    for name in ("ddbmock", "ddbmock_client", "ddbmock_clock", "ddbmock_tables", "ddbmock_seed"):
        assert f"\n{name}" in listed
    assert "no docstring" not in listed


def test_clients_can_be_made_at_import_time_where_the_region_is_in_the_ini(project, monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    project.makeini("[pytest]\nddbmock_region = eu-west-1")
    project.makepyfile(app="import boto3\n\nclient = boto3.client('dynamodb')\n")
    project.makeconftest("import app")
    project.makepyfile("""
        import app

        def test_x(ddbmock):
            ddbmock.create_table("users", "pk")
            assert app.client.meta.region_name == "eu-west-1"
            assert app.client.list_tables()["TableNames"] == ["users"]
    """)
    project.syspathinsert()
    project.runpytest_inprocess().assert_outcomes(passed=1)
    assert "AWS_DEFAULT_REGION" not in os.environ
