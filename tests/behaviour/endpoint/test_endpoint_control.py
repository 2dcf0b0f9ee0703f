"""Test control over HTTP, as suites in other languages use it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest

from pytest_ddbmock import mock_dynamodb
from tests.support.wires import Wire

HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def controlled(ddbmock: Any) -> Iterator[Wire]:
    """A mock of its own with a table and an item in it, under control."""
    with mock_dynamodb(tables={"users": {"key": "id", "ttl": "expires"}}, seed={"users": [{"id": "seed"}]}) as inner:
        wire = Wire(inner.serve(control=True).url)
        yield wire
        wire.close()


def control(wire: Wire, what: str, body: bytes = b"") -> Any:
    answer = wire.ask("POST", f"/_ddbmock/{what}", body)
    assert answer.headers["content-type"] == "application/json"
    return answer.json


def put(wire: Wire, key: str, **more: Any) -> None:
    assert wire.call("PutItem", {"TableName": "users", "Item": {"id": {"S": key}, **more}}).status == 200


def keys(wire: Wire) -> set[str]:
    return {item["id"]["S"] for item in wire.call("Scan", {"TableName": "users"}).json["Items"]}


def now(wire: Wire) -> datetime.datetime:
    return datetime.datetime.fromisoformat(wire.ask("GET", "/_ddbmock/").json["now"])


def test_time_passes_when_told(controlled: Wire) -> None:
    before = now(controlled)
    told = control(controlled, "tick", b'{"hours": 1, "minutes": 60}')
    assert datetime.datetime.fromisoformat(told["now"]) - before >= 2 * HOUR
    assert now(controlled) - before >= 2 * HOUR


def test_time_goes_where_it_is_told_and_stands_still(controlled: Wire) -> None:
    control(controlled, "move_to", b'{"moment": "2050-01-01T00:00:00Z"}')
    assert now(controlled).year == 2050
    stopped = control(controlled, "freeze")["now"]
    assert control(controlled, "tick")["now"] == stopped


def test_items_expire_when_time_passes(controlled: Wire) -> None:
    put(controlled, "session", expires={"N": str(int((now(controlled) + HOUR).timestamp()))})
    assert "session" in keys(controlled)
    control(controlled, "tick", b'{"hours": 2}')
    assert keys(controlled) == {"seed"}


def test_what_has_expired_goes_at_once_when_told(ddbmock: Any) -> None:
    with mock_dynamodb(tables={"users": {"key": "id", "ttl": "expires"}}, ttl_delay=86400) as inner:
        wire = Wire(inner.serve(control=True).url)
        put(wire, "session", expires={"N": str(int((now(wire) + HOUR).timestamp()))})
        put(wire, "stays", expires={"N": str(int((now(wire) + 9 * HOUR).timestamp()))})
        control(wire, "tick", b'{"hours": 2}')
        assert keys(wire) == {"session", "stays"}
        assert control(wire, "expire") == {"expired": 1}
        assert keys(wire) == {"stays"}
        assert control(wire, "expire") == {"expired": 0}
        put(wire, "later", expires={"N": str(int((now(wire) + HOUR).timestamp()))})
        control(wire, "tick", b'{"hours": 2}')
        assert "later" in keys(wire), "the delay is as before"
        wire.close()


def test_a_snapshot_is_restored_any_number_of_times(controlled: Wire) -> None:
    put(controlled, "before")
    name = control(controlled, "snapshot")["snapshot"]
    for key in ("one", "two"):
        put(controlled, key)
        assert control(controlled, "restore", f'{{"snapshot": "{name}"}}'.encode()) == {"snapshot": name}
        assert keys(controlled) == {"seed", "before"}


def test_reset_is_as_at_the_start(controlled: Wire) -> None:
    began = now(controlled)
    put(controlled, "more")
    controlled.call("DeleteItem", {"TableName": "users", "Key": {"id": {"S": "seed"}}})
    name = control(controlled, "snapshot")["snapshot"]
    control(controlled, "tick", b'{"days": 365}')
    reset = datetime.datetime.fromisoformat(control(controlled, "reset")["now"])
    assert abs(reset - began) < HOUR
    assert keys(controlled) == {"seed"}
    answer = controlled.ask("POST", "/_ddbmock/restore", f'{{"snapshot": "{name}"}}'.encode())
    assert (answer.status, answer.json) == (400, {"error": f'unknown snapshot "{name}"'})
    control(controlled, "tick", b'{"days": 1}')
    assert control(controlled, "reset")


def test_reset_brings_tables_back_and_takes_new_ones_away(controlled: Wire) -> None:
    new = {
        "TableName": "others",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    }
    assert controlled.call("CreateTable", new).status == 200
    assert controlled.call("DeleteTable", {"TableName": "users"}).status == 200
    control(controlled, "reset")
    assert controlled.call("ListTables").json == {"TableNames": ["users"]}
    assert keys(controlled) == {"seed"}


@pytest.mark.parametrize(
    "path, body, status, text",
    [
        ("resett", b"", 404, 'unknown path "/_ddbmock/resett"; did you mean "reset"?'),
        ("tick", b"{", 400, "the body is invalid JSON"),
        ("tick", b"[]", 400, "the body is to be a JSON object"),
        ("tick", b'{"hour": 1}', 400, '"tick" takes no "hour"; did you mean "hours"?'),
        ("tick", b'{"hours": "one"}', 400, "invalid span of time"),
        ("move_to", b"{}", 400, '"moment" is missing, or no text'),
        ("move_to", b'{"moment": "soon"}', 400, "invalid moment 'soon'"),
        ("restore", b'{"snapshot": "7"}', 400, 'unknown snapshot "7"'),
    ],
)
def test_what_cannot_be_done_is_said(controlled: Wire, path: str, body: bytes, status: int, text: str) -> None:
    answer = controlled.ask("POST", f"/_ddbmock/{path}", body)
    assert answer.status == status
    assert text in answer.json["error"]
    assert keys(controlled) == {"seed"}


def test_control_is_off_unless_switched_on(wire: Wire, ddbmock: Any) -> None:
    ddbmock.create_table("users", "id")
    put(wire, "stays")
    assert wire.ask("POST", "/_ddbmock/reset").status == 404
    assert keys(wire) == {"stays"}


def test_control_is_not_for_pages_in_a_browser(controlled: Wire) -> None:
    put(controlled, "stays")
    answer = controlled.ask("POST", "/_ddbmock/reset", Origin="https://example.org")
    assert answer.status == 403
    assert "access-control-allow-origin" not in answer.headers
    assert "stays" in keys(controlled)
