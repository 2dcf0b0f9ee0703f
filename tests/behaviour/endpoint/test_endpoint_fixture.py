"""`ddbmock_endpoint` and `ddbmock.serve()`: whose engine it is, where it listens, how long it lasts."""

from __future__ import annotations

import socket
from typing import Any

import boto3
import pytest

from pytest_ddbmock import UsageError, mock_dynamodb
from tests.support.wires import Wire


def test_a_client_of_this_process_with_the_url_is_answered_in_process(ddbmock: Any, ddbmock_endpoint: str) -> None:
    client = boto3.client("dynamodb", endpoint_url=ddbmock_endpoint)
    assert client.list_tables()["TableNames"] == []
    [call] = ddbmock.calls
    assert "test_endpoint_fixture.py" in str(call.origin), "not over HTTP"


def test_the_url_is_on_loopback(ddbmock_endpoint: str) -> None:
    assert ddbmock_endpoint.startswith("http://127.0.0.1:")


def test_each_test_has_an_engine_and_an_end(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import urllib.request, urllib.error, json, pytest

        urls = []

        def call(url, operation, **params):
            scope = "Credential=a/20260101/us-east-1/dynamodb/aws4_request"
            request = urllib.request.Request(url, json.dumps(params).encode(), {
                "X-Amz-Target": "DynamoDB_20120810." + operation,
                "Content-Type": "application/x-amz-json-1.0",
                "Authorization": "AWS4-HMAC-SHA256 " + scope,
            })
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)

        @pytest.fixture(scope="session")
        def ddbmock_tables():
            return {"users": "id"}

        @pytest.mark.parametrize("number", range(2))
        def test_one(ddbmock, ddbmock_endpoint, number):
            assert len(ddbmock.table("users")) == 0
            call(ddbmock_endpoint, "PutItem", TableName="users", Item={"id": {"S": "1"}})
            assert len(ddbmock.table("users")) == 1
            for url in urls:
                with pytest.raises(urllib.error.URLError):
                    urllib.request.urlopen(url, timeout=10)
            urls.append(ddbmock_endpoint)
        """
    )
    project.runpytest().assert_outcomes(passed=2)


def test_what_is_not_served_over_http_fails_the_test(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import urllib.request, urllib.error, pytest

        def test_one(ddbmock_endpoint):
            request = urllib.request.Request(ddbmock_endpoint, b"{}", {
                "X-Amz-Target": "DynamoDB_20120810.DescribeGlobalTableSettings",
                "Content-Type": "application/x-amz-json-1.0",
                "Authorization": "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/dynamodb/aws4_request",
            })
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(request, timeout=10)
            caught.value.close()
            assert caught.value.status == 501
        """
    )
    result = project.runpytest()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*NotImplementedByMock*DescribeGlobalTableSettings*"])


def test_an_endpoint_stays_with_its_mock(ddbmock: Any, wire: Wire) -> None:
    ddbmock.create_table("outer", "id")
    with mock_dynamodb(tables={"inner": "id"}) as inner:
        other = Wire(inner.serve().url)
        assert other.call("ListTables").json == {"TableNames": ["inner"]}
        assert wire.call("ListTables").json == {"TableNames": ["outer"]}
        other.close()


def test_a_mock_may_serve_in_several_places(ddbmock: Any) -> None:
    with ddbmock.serve() as one, ddbmock.serve() as two:
        assert one.port != two.port
        for server in (one, two):
            wire = Wire(server.url)
            assert wire.call("ListTables").status == 200
            wire.close()


def test_a_port_that_is_taken_is_said(ddbmock: Any) -> None:
    with (
        ddbmock.serve() as server,
        pytest.raises(UsageError, match=f"cannot listen on 127.0.0.1, port {server.port}: "),
    ):
        ddbmock.serve(port=server.port)


@pytest.mark.parametrize("host, port", [("127.0.0.1", 70000), ("127.0.0.1", -1), ("192.0.2.1", 0), ("x" * 300, 0)])
def test_an_impossible_address_is_said(ddbmock: Any, host: str, port: int) -> None:
    with pytest.raises(UsageError, match="cannot listen on"):
        ddbmock.serve(host, port)


@pytest.mark.parametrize(
    "host, opening, is_local",
    [
        ("127.0.0.1", "http://127.0.0.1:", True),
        ("localhost", "http://", True),
        ("0.0.0.0", "http://127.0.0.1:", False),
        ("::1", "http://[::1]:", True),
    ],
)
def test_the_url_can_be_used_as_it_is(ddbmock: Any, host: str, opening: str, is_local: bool) -> None:
    if ":" in host and not has_ipv6():
        pytest.skip("this machine has no IPv6")
    with ddbmock.serve(host) as server:
        assert server.url.startswith(opening)
        assert server.is_local is is_local
        wire = Wire(server.url)
        assert wire.call("ListTables").status == 200
        wire.close()


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as one:
            one.bind(("::1", 0))
    except OSError:
        return False
    return True


def test_time_may_stand_still(ddbmock: Any, wire: Wire) -> None:
    ddbmock.clock.move_to("2030-01-01")
    ddbmock.clock.freeze()
    assert wire.call("ListTables").headers["date"] == "Tue, 01 Jan 2030 00:00:00 GMT"


def test_a_mock_that_is_not_active_serves_nothing(ddbmock: Any) -> None:
    inner = mock_dynamodb()
    with pytest.raises(UsageError, match="not active"):
        inner.serve()
