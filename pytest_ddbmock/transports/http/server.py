"""`HttpServer`: listens, serves each connection in a thread, and passes requests to an `HttpDoor`.

Threads, because an engine call may run the user's own code (a stream handler), which may call this server in turn.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
import time
from collections.abc import Callable

from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.transports.http import door as http_door
from pytest_ddbmock.transports.http import http1
from pytest_ddbmock.transports.http.http1 import BadHttp, HttpRequest, RequestReader
from pytest_ddbmock.transports.json10 import HttpAnswer

SILENCE = 600.0
"""Seconds after which an idle connection is closed."""
FAREWELL = 2.0
"""Seconds of silence after which the connection of a refused request is closed; until then its rest is discarded."""
MAX_READ_AWAY = 256 * 1024 * 1024
"""Bytes that are discarded: a client that is cut off while it sends would not see the refusal."""
PATIENCE = 5.0
"""Seconds that `close` waits for calls in progress."""

_BLOCK = 64 * 1024
_BACKLOG = 128


class HttpServer:
    """Serves from its construction to `close`.

    Port 0 selects a free one. Errors: `UsageError` if it cannot listen.
    """

    def __init__(self, answer: Callable[[HttpRequest], HttpAnswer | None], host: str, port: int) -> None:
        self._answer = answer
        self._listener = _listen(host, port)
        address = self._listener.getsockname()
        self.host: str = address[0]
        self.port: int = address[1]
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._acceptor = threading.Thread(target=self._accept, name=f"ddbmock endpoint {self.port}", daemon=True)
        self._acceptor.start()

    @property
    def url(self) -> str:
        """`http://127.0.0.1:8000`; an address that means all interfaces is written as loopback."""
        address = ipaddress.ip_address(self.host.partition("%")[0])
        if address.is_unspecified:
            address = ipaddress.ip_address("127.0.0.1" if address.version == 4 else "::1")
        return f"http://{address}:{self.port}" if address.version == 4 else f"http://[{address}]:{self.port}"

    @property
    def is_local(self) -> bool:
        """True if only this machine can reach it."""
        return ipaddress.ip_address(self.host.partition("%")[0]).is_loopback

    def close(self) -> None:
        """Stop serving: finish calls in progress, close connections. May be called again."""
        if self._ending.is_set():
            return
        self._ending.set()
        # Neither `close` nor, on some systems, `shutdown` wakes a thread in `accept`; a connection does.
        with contextlib.suppress(OSError):
            socket.create_connection(self._listener.getsockname()[:2], timeout=PATIENCE).close()
        self._acceptor.join(PATIENCE)
        self._listener.close()
        with self._lock:
            connections = dict(self._connections)
        # An answer that is being written is still sent, if its client reads it.
        for how, patience in ((socket.SHUT_RD, PATIENCE), (socket.SHUT_RDWR, 1.0)):
            for connection in connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(how)
            deadline = time.monotonic() + patience
            for thread in connections.values():
                if thread is not threading.current_thread():
                    thread.join(max(0.0, deadline - time.monotonic()))
            if not any(thread.is_alive() for thread in connections.values()):
                return

    def __enter__(self) -> HttpServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<DynamoDB at {self.url}{', closed' if self._ending.is_set() else ''}>"

    # ---- threads

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                if self._ending.wait(0.05):  # perhaps out of file descriptors: try again later
                    return
                continue
            if self._ending.is_set():
                connection.close()
                return
            thread = threading.Thread(target=self._serve, args=(connection,), name="ddbmock connection", daemon=True)
            with self._lock:
                self._connections[connection] = thread
            try:
                thread.start()
            except RuntimeError:  # too many threads
                with self._lock:
                    del self._connections[connection]
                connection.close()

    def _serve(self, connection: socket.socket) -> None:
        try:
            # A client that disconnects needs no answer.
            with contextlib.suppress(OSError), connection:
                connection.settimeout(SILENCE)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._converse(connection)
        finally:
            with self._lock:
                self._connections.pop(connection, None)

    def _converse(self, connection: socket.socket) -> None:
        reader = RequestReader()
        while not self._ending.is_set():
            try:
                request = reader.next()
            except BadHttp as bad:
                connection.sendall(_bytes(http_door.refusal(bad)))
                _read_away(connection)
                return
            if request is None:
                if reader.wants_continue:
                    connection.sendall(http1.CONTINUE)
                    reader.wants_continue = False
                data = connection.recv(_BLOCK)
                if not data:
                    return
                reader.feed(data)
                continue
            answer = self._answer(request)
            if answer is None:
                return
            connection.sendall(_bytes(answer, without_body=request.method == "HEAD"))
            if not request.stays_open:
                return


def _bytes(answer: HttpAnswer, *, without_body: bool = False) -> bytes:
    return http1.response(answer.status, answer.headers, b"" if without_body else answer.body)


def _read_away(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(FAREWELL)
    left = MAX_READ_AWAY
    while left > 0 and (data := connection.recv(_BLOCK)):
        left -= len(data)


def _listen(host: str, port: int) -> socket.socket:
    listener = None
    try:
        if not 0 <= port <= 65535:
            raise OverflowError("a port is a number from 0 to 65535")
        [(family, _, _, _, address), *_] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        listener = socket.socket(family, socket.SOCK_STREAM)
        if _REUSES_ADDRESSES:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except (OSError, OverflowError, UnicodeError) as error:
        if listener is not None:
            listener.close()
        raise UsageError(f"cannot listen on {host}, port {port}: {error}") from None
    return listener


_REUSES_ADDRESSES = not hasattr(socket, "SO_EXCLUSIVEADDRUSE")
"""Else a server that is started again at once must wait; on Windows the option lets two listen on one port."""
