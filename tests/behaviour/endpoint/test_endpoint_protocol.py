"""The endpoint speaks as DynamoDB's does: targets, types, errors, headers, compression, browsers."""

from __future__ import annotations

import base64
import gzip
import json
import re
import zlib
from typing import Any

import pytest

from tests.support.wires import Wire, signed

CORAL = "com.amazon.coral.service#"
DYNAMODB = "com.amazonaws.dynamodb.v20120810#"


@pytest.fixture
def table(ddbmock: Any) -> Any:
    return ddbmock.create_table("orders", "id", stream=True)


# ---- calls


def test_items_written_over_http_are_in_the_mock(wire: Wire, table: Any) -> None:
    assert wire.call("PutItem", {"TableName": "orders", "Item": {"id": {"S": "é😀"}, "n": {"N": "1.50"}}}).json == {}
    assert table["é😀"]["n"] == 1.5


def test_items_of_the_mock_are_read_over_http(wire: Wire, table: Any) -> None:
    table.load([{"id": "1", "blob": b"\x00\xff"}])
    answer = wire.call("GetItem", {"TableName": "orders", "Key": {"id": {"S": "1"}}})
    assert answer.status == 200
    assert answer.json == {"Item": {"id": {"S": "1"}, "blob": {"B": base64.b64encode(b"\x00\xff").decode()}}}


def test_streams_are_served_under_their_own_target(wire: Wire, table: Any) -> None:
    [stream] = wire.call("Streams:ListStreams").json["Streams"]
    assert stream["TableName"] == "orders"


def test_moments_are_epoch_seconds(wire: Wire, table: Any, ddbmock_clock: Any) -> None:
    made = wire.call("DescribeTable", {"TableName": "orders"}).json["Table"]["CreationDateTime"]
    assert made == pytest.approx(ddbmock_clock.now.timestamp(), abs=60)


def test_members_that_nobody_knows_are_ignored(wire: Wire) -> None:
    assert wire.call("ListTables", {"Colour": "green", "Limit": None}).json == {"TableNames": []}


def test_calls_stand_in_the_record_with_their_client(wire: Wire, ddbmock: Any) -> None:
    wire.call("ListTables", User_Agent="aws-sdk-go/1.2 os/linux")
    [call] = ddbmock.calls
    assert (call.operation, str(call.origin)) == ("ListTables", "over HTTP, aws-sdk-go/1.2")


def test_attempts_that_an_sdk_announces_are_one_call(wire: Wire, table: Any, ddbmock: Any) -> None:
    invocation = "f3a4d1c8-1111-4a4a-8b8b-000000000001"
    with ddbmock.faults.throttle("GetItem", times=2):
        for number in (1, 2, 3):
            answer = wire.call(
                "GetItem",
                {"TableName": "orders", "Key": {"id": {"S": "1"}}},
                amz_sdk_invocation_id=invocation,
                amz_sdk_request=f"attempt={number}; max=3",
            )
    assert answer.status == 200
    assert [(call.operation, call.attempts) for call in ddbmock.calls] == [("GetItem", 3)]


@pytest.mark.parametrize("told", ["", "attempt", "attempt=x", "attempt=0", "max=3", "attempt=-1"])
def test_attempts_that_are_told_strangely_are_calls_of_their_own(wire: Wire, ddbmock: Any, told: str) -> None:
    headers = {"amz_sdk_invocation_id": "f3a4d1c8-1111-4a4a-8b8b-000000000001", "amz_sdk_request": told}
    assert wire.call("ListTables", **headers).status == wire.call("ListTables", **headers).status == 200
    assert [call.attempts for call in ddbmock.calls] == [1, 1]


# ---- Region and account


def test_the_signature_names_the_region(wire: Wire, table: Any, ddbmock: Any) -> None:
    assert wire.call("ListTables", **signed(region="eu-west-3")).json == {"TableNames": []}
    assert wire.call("ListTables", **signed(region=ddbmock.region)).json == {"TableNames": ["orders"]}


def test_an_access_key_of_twelve_digits_names_the_account(wire: Wire, table: Any) -> None:
    assert wire.call("ListTables", **signed("210987654321")).json == {"TableNames": []}
    assert wire.call("ListTables", **signed("123456789012")).json == {"TableNames": ["orders"]}


@pytest.mark.parametrize("key", ["local", "fakeMyKeyId", "ASIA0123456789", "a/b", "1234567890123", "", "é"])
def test_other_access_keys_are_all_the_same(wire: Wire, table: Any, key: str) -> None:
    assert wire.call("ListTables", **signed(key)).json == {"TableNames": ["orders"]}


@pytest.mark.parametrize("scope", ["key", "key/20260101", "key//../dynamodb/aws4_request"])
def test_a_strange_scope_names_no_region(wire: Wire, table: Any, scope: str) -> None:
    answer = wire.call("ListTables", Authorization=f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0")
    assert answer.json == {"TableNames": ["orders"]}


def test_a_request_may_be_signed_in_its_query(wire: Wire, table: Any) -> None:
    headers = {"X_Amz_Target": "DynamoDB_20120810.ListTables", "Content_Type": "application/x-amz-json-1.0"}
    credential = "210987654321%2F20260101%2Feu-west-1%2Fdynamodb%2Faws4_request"
    query = f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={credential}"
    assert wire.ask("POST", f"/?{query}", b"{}", **headers).json == {"TableNames": []}


def test_a_request_without_credentials_is_refused(wire: Wire) -> None:
    assert wire.call("ListTables", Authorization=None).error == (
        400,
        {
            "__type": CORAL + "MissingAuthenticationTokenException",
            "message": "Request is missing Authentication Token",
        },
    )


def test_a_signature_without_credential_is_refused(wire: Wire) -> None:
    status, body = wire.call("ListTables", Authorization="Bearer abc").error
    assert (status, body["__type"]) == (400, CORAL + "IncompleteSignatureException")
    assert body["message"] == "Authorization header requires 'Credential' parameter. Authorization=Bearer abc"


# ---- errors


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'{"TableName": NaN}', b"[" * 100_000])
def test_what_is_no_json_object_is_refused(wire: Wire, body: bytes) -> None:
    assert wire.call("ListTables", body).error == (400, {"__type": CORAL + "SerializationException"})


def test_json_of_the_wrong_types_is_refused(wire: Wire) -> None:
    assert wire.call("DescribeTable", {"TableName": 1}).error == (
        400,
        {"__type": CORAL + "SerializationException", "Message": "NUMBER_VALUE cannot be converted to String"},
    )


@pytest.mark.parametrize(
    "target",
    [None, "", "ListTables", "DynamoDB_20120810.", "DynamoDB_20120810.Nonsense", "DynamoDB_20111205.ListTables", "é.x"],
)
def test_an_unknown_target_is_refused(wire: Wire, target: str | None) -> None:
    assert wire.call("ListTables", X_Amz_Target=target).error == (400, {"__type": CORAL + "UnknownOperationException"})


def test_broken_json_is_refused_before_an_unknown_target_and_that_before_missing_credentials(wire: Wire) -> None:
    assert wire.call("Nonsense", b"{", Authorization=None).json["__type"] == CORAL + "SerializationException"
    assert wire.call("Nonsense", b"{}", Authorization=None).json["__type"] == CORAL + "UnknownOperationException"


def test_a_refusal_of_dynamodb_has_its_code_and_text(wire: Wire) -> None:
    assert wire.call("DescribeTable", {"TableName": "nothing"}).error == (
        400,
        {
            "__type": DYNAMODB + "ResourceNotFoundException",
            "message": "Requested resource not found: Table: nothing not found",
        },
    )
    assert wire.call("ListTables", {"Limit": 0}).json["__type"] == "com.amazon.coral.validate#ValidationException"


def test_a_failed_condition_gives_the_item(wire: Wire, table: Any) -> None:
    table.load([{"id": "1"}])
    answer = wire.call(
        "PutItem",
        {
            "TableName": "orders",
            "Item": {"id": {"S": "1"}},
            "ConditionExpression": "attribute_not_exists(id)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        },
    )
    assert answer.error == (
        400,
        {
            "__type": DYNAMODB + "ConditionalCheckFailedException",
            "message": "The conditional request failed",
            "Item": {"id": {"S": "1"}},
        },
    )


def test_what_the_mock_does_not_serve_is_refused_by_name_and_fails_the_test(wire: Wire, ddbmock: Any) -> None:
    status, body = wire.call("DescribeGlobalTableSettings", {"GlobalTableName": "orders"}).error
    assert status == 501
    assert body["__type"].endswith("#NotImplementedByMock")
    assert "DescribeGlobalTableSettings" in body["message"]
    [failure] = ddbmock.unsupported
    assert failure.operation == "DescribeGlobalTableSettings"
    ddbmock.unsupported.clear()


# ---- headers


@pytest.mark.parametrize("operation", ["ListTables", "Nonsense"])
def test_answers_and_refusals_carry_id_checksum_and_type(wire: Wire, operation: str) -> None:
    headers = wire.call(operation).headers
    assert re.fullmatch(r"[0-9A-Z]{52}", headers["x-amzn-requestid"])
    assert headers["content-type"] == "application/x-amz-json-1.0"
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", headers["date"])
    assert headers["server"] == "Server"


def test_the_checksum_is_that_of_the_body(wire: Wire) -> None:
    for operation in ("ListTables", "Nonsense"):
        answer = wire.call(operation)
        assert answer.headers["x-amz-crc32"] == str(zlib.crc32(answer.body))
        assert answer.headers["content-length"] == str(len(answer.body))


def test_each_answer_has_an_id_of_its_own(wire: Wire) -> None:
    assert len({wire.call("ListTables").headers["x-amzn-requestid"] for _ in range(5)}) == 5


def test_the_type_of_the_request_is_that_of_the_answer(wire: Wire) -> None:
    assert wire.call("ListTables", Content_Type="application/json; charset=utf-8").headers["content-type"] == (
        "application/json"
    )


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-amz-json-1.1", "application/cbor"])
def test_other_types_of_requests_are_unknown(wire: Wire, content_type: str | None) -> None:
    answer = wire.call("ListTables", Content_Type=content_type)
    assert (answer.status, answer.body) == (404, b"<UnknownOperationException/>\n")


@pytest.mark.parametrize("method, path", [("PUT", "/"), ("DELETE", "/"), ("PATCH", "/"), ("GET", "/x"), ("POST", "/x")])
def test_other_methods_and_paths_are_unknown(wire: Wire, method: str, path: str) -> None:
    answer = wire.ask(method, path, b"", Content_Type="application/x-amz-json-1.0")
    assert (answer.status, answer.body) == (404, b"<UnknownOperationException/>\n")


def test_get_tells_that_it_is_healthy(wire: Wire, ddbmock: Any) -> None:
    answer = wire.ask("GET")
    assert (answer.status, answer.body.decode()) == (200, f"healthy: dynamodb.{ddbmock.region}.amazonaws.com ")
    assert wire.ask("HEAD").body == b""
    assert wire.ask("GET").status == 200, "no body has been sent after HEAD"


# ---- compression


def test_a_request_may_be_packed(wire: Wire, table: Any) -> None:
    body = gzip.compress(json.dumps({"TableName": "orders", "Item": {"id": {"S": "x" * 1000}}}).encode())
    assert wire.call("PutItem", body, Content_Encoding="gzip").status == 200
    assert len(table) == 1


@pytest.mark.parametrize("broken", [b"", b"{}", gzip.compress(b'{"Limit": 1}', mtime=0)[:-9]])
def test_a_request_that_is_packed_badly_is_refused(wire: Wire, broken: bytes) -> None:
    expected = {"TableNames": []} if broken == b"{}" else {"__type": CORAL + "SerializationException"}
    assert wire.call("ListTables", broken, Content_Encoding="gzip").json == expected


def test_a_large_answer_is_packed_for_who_takes_it(wire: Wire, table: Any) -> None:
    table.load([{"id": str(number), "text": "x" * 100} for number in range(50)])
    scan = {"TableName": "orders"}
    plain = wire.call("Scan", scan)
    packed = wire.call("Scan", scan, Accept_Encoding="deflate, gzip;q=0.5")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["x-amz-crc32"] == str(zlib.crc32(packed.body)), "of what travels"
    for unwanted in ("identity", "gzip;q=0", "deflate"):
        assert wire.call("Scan", scan, Accept_Encoding=unwanted).body == plain.body


# ---- the connection


def test_many_requests_use_one_connection(wire: Wire) -> None:
    with wire.plug() as plug:
        request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        plug.sendall(request * 3)
        told = b""
        while told.count(b"healthy") < 3:
            told += plug.recv(4096)
    assert told.count(b"HTTP/1.1 200 OK") == 3


@pytest.mark.parametrize(
    "version, connection, stays_open",
    [
        ("1.1", "", True),
        ("1.1", "Connection: close\r\n", False),
        ("1.0", "", False),
        ("1.0", "Connection: Keep-Alive\r\n", True),
    ],
)
def test_the_connection_ends_when_the_client_wants_it(
    wire: Wire, version: str, connection: str, stays_open: bool
) -> None:
    with wire.plug() as plug:
        plug.sendall(f"GET / HTTP/{version}\r\n{connection}\r\n".encode())
        told = b""
        while not told.endswith(b"amazonaws.com "):
            told += plug.recv(4096)
        assert (b"connection: close" in told) is not stays_open
        if stays_open:
            plug.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert bool(plug.recv(4096)) is stays_open


def test_a_body_may_come_in_chunks(wire: Wire, table: Any) -> None:
    body = json.dumps({"TableName": "orders", "Item": {"id": {"S": "1"}}}).encode()
    assert wire.call("PutItem", [body[:5], body[5:40], body[40:]]).status == 200
    assert "1" in table
    assert wire.call("ListTables").status == 200


def test_a_client_that_waits_for_leave_to_send_gets_it(wire: Wire) -> None:
    head = "\r\n".join(f"{name.replace('_', '-')}: {value}" for name, value in signed().items())
    with wire.plug() as plug:
        plug.sendall(
            f"POST / HTTP/1.1\r\n{head}\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\n"
            "Content-Type: application/x-amz-json-1.0\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n".encode()
        )
        assert plug.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
        plug.sendall(b"{}")
        assert plug.recv(4096).startswith(b"HTTP/1.1 200 OK")


# ---- browsers


def test_a_browser_may_ask_from_any_page(wire: Wire) -> None:
    answer = wire.call("ListTables", Origin="http://localhost:3000")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "x-amz-crc32" in answer.headers["access-control-expose-headers"]
    assert "access-control-allow-origin" not in wire.call("ListTables").headers


def test_a_browser_is_told_beforehand_what_it_may_send(wire: Wire) -> None:
    answer = wire.ask(
        "OPTIONS",
        Origin="https://app.example",
        Access_Control_Request_Method="POST",
        Access_Control_Request_Headers="authorization,content-type,x-amz-target",
        Access_Control_Request_Private_Network="true",
    )
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-headers"] == "authorization,content-type,x-amz-target"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-allow-private-network"] == "true"
    assert int(answer.headers["access-control-max-age"]) > 0
