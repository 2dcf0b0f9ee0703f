"""Clients that break off, dawdle or talk nonsense leave the server serving and the tables whole."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.wires import Wire, signed

LIMIT = 16 * 1024 * 1024


@pytest.fixture
def table(ddbmock: Any) -> Any:
    return ddbmock.create_table("orders", "id")


def put(key: str, *, length: int | None = None) -> bytes:
    """A whole request that puts an item."""
    body = json.dumps({"TableName": "orders", "Item": {"id": {"S": key}}}).encode()
    headers = {
        **signed(),
        "Host": "localhost",
        "X-Amz-Target": "DynamoDB_20120810.PutItem",
        "Content-Type": "application/x-amz-json-1.0",
        "Content-Length": str(len(body) if length is None else length),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST / HTTP/1.1\r\n{head}\r\n".encode() + body


def reset(plug: socket.socket) -> None:
    """Disconnect without a farewell."""
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    plug.close()


def read_all(plug: socket.socket) -> bytes:
    """What comes until the connection ends, however abruptly: as it does where something sent has not been read."""
    told = b""
    with contextlib.suppress(ConnectionResetError):
        while data := plug.recv(65536):
            told += data
    return told


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("leave", [socket.socket.close, reset])
def test_half_a_request_does_nothing(
    wire: Wire, table: Any, share: float, leave: Callable[[socket.socket], None]
) -> None:
    request = put("half")
    plug = wire.plug()
    plug.sendall(request[: int(len(request) * share)])
    leave(plug)
    assert wire.call("PutItem", {"TableName": "orders", "Item": {"id": {"S": "whole"}}}).status == 200
    assert table.items == [{"id": "whole"}]


def test_a_client_that_leaves_before_the_answer_has_still_put(wire: Wire, table: Any, ddbmock: Any) -> None:
    plug = wire.plug()
    plug.sendall(put("gone"))
    plug.shutdown(socket.SHUT_WR)
    assert read_all(plug).startswith(b"HTTP/1.1 200")
    reset(plug)
    assert "gone" in table
    assert wire.call("ListTables").status == 200


def test_a_client_that_sends_byte_by_byte_is_served_and_holds_up_nobody(wire: Wire, table: Any) -> None:
    request = put("slow")
    with wire.plug() as plug:
        plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number, byte in enumerate(request):
            plug.sendall(bytes([byte]))
            if number % 100 == 0:
                assert wire.call("ListTables").status == 200
        assert plug.recv(4096).startswith(b"HTTP/1.1 200")
    assert "slow" in table


def test_a_client_that_reads_nothing_holds_up_nobody(wire: Wire, table: Any) -> None:
    table.load([{"id": str(number), "text": "x" * 100_000} for number in range(9)])
    scan = put("never").replace(b"PutItem", b"Scan")
    with wire.plug() as plug:
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        plug.sendall(scan * 20)
        assert all(wire.call("ListTables").status == 200 for _ in range(20))
        reset(plug)
    assert wire.call("ListTables").status == 200


def test_many_idle_connections_hold_up_nobody(wire: Wire, table: Any) -> None:
    plugs = [wire.plug() for _ in range(100)]
    assert wire.call("ListTables").status == 200
    plugs[0].sendall(put("late"))
    assert plugs[0].recv(4096).startswith(b"HTTP/1.1 200")
    for plug in plugs:
        plug.close()
    assert "late" in table


@pytest.mark.parametrize(
    "noise",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
        b"\x00" * 5000,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: soon\r\n\r\n",
        b"A" * 100_000,
    ],
)
def test_noise_is_refused_and_the_connection_closed(wire: Wire, noise: bytes) -> None:
    with wire.plug() as plug:
        plug.sendall(noise)
        plug.shutdown(socket.SHUT_WR)
        head = read_all(plug).split(b"\r\n\r\n")[0].lower()
    assert head.startswith((b"http/1.1 4", b"http/1.1 5"))
    assert b"connection: close" in head
    assert wire.call("ListTables").status == 200


def test_a_body_that_is_too_large_is_refused_although_all_of_it_is_sent(wire: Wire, table: Any) -> None:
    body = b'{"TableName": "orders", "Item": {"id": {"S": "' + b"x" * LIMIT + b'"}}}'
    assert wire.call("PutItem", body).status == 413
    assert wire.call("ListTables").status == 200
    assert wire.call("PutItem", [body[:100], body[100:]]).status == 413
    assert len(table) == 0


def test_a_client_that_asks_first_is_not_made_to_send_a_body_that_is_too_large(wire: Wire) -> None:
    with wire.plug() as plug:
        plug.sendall(put("large", length=LIMIT + 1).replace(b"Host:", b"Expect: 100-continue\r\nHost:").split(b"{")[0])
        assert plug.recv(4096).startswith(b"HTTP/1.1 413")


def test_the_end_of_the_mock_ends_the_connections(ddbmock: Any) -> None:
    server = ddbmock.serve()
    wire = Wire(server.url)
    with wire.plug() as busy, wire.plug() as idle:
        busy.sendall(put("half")[:-1])
        server.close()
        assert read_all(busy) == read_all(idle) == b""
    with pytest.raises(ConnectionError):
        wire.plug()
    server.close()


def test_a_call_that_is_in_progress_ends_before_the_server_does(ddbmock: Any, table: Any) -> None:
    server = ddbmock.serve()
    with Wire(server.url).plug() as plug:
        with ddbmock._running().engine.lock:  # as another thread of the application would hold it for a moment
            plug.sendall(put("last"))
            while not any(thread.name == "ddbmock connection" for thread in threading.enumerate()):
                pass
            closer = threading.Thread(target=server.close)
            closer.start()
        closer.join()
        told = read_all(plug)
    assert (b"HTTP/1.1 200" in told) is ("last" in table)
    assert not any(thread.name == "ddbmock connection" for thread in threading.enumerate())
