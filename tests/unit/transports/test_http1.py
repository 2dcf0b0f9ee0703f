"""Requests are put together from any pieces, and what is none is refused."""

from __future__ import annotations

import gzip
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ddbmock.transports.http import http1
from pytest_ddbmock.transports.http.http1 import MAX_BODY, MAX_HEAD, BadHttp, HttpRequest, RequestReader

PLAIN = b"POST /?a=b HTTP/1.1\r\nHost: x\r\ncontent-length: 5\r\nX-Two: 1\r\nx-two:  2 \r\n\r\nhello"
CHUNKED = (
    b"POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\nhe\r\n003;name=value\r\nllo\r\n0\r\nTrailer: x\r\n\r\n"
)
BARE = b"\r\nGET /x HTTP/1.0\r\n\r\n"


def read(*pieces: bytes) -> list[HttpRequest]:
    reader, requests = RequestReader(), []
    for piece in pieces:
        reader.feed(piece)
        while (request := reader.next()) is not None:
            requests.append(request)
    return requests


def test_a_request_with_a_body():
    [request] = read(PLAIN)
    headers = {"host": "x", "content-length": "5", "x-two": "1, 2"}
    assert request == HttpRequest("POST", "/", "a=b", headers, b"hello", True)


def test_a_request_in_chunks():
    [request] = read(CHUNKED)
    assert request.body == b"hello"


def test_a_request_without_a_body():
    [request] = read(BARE)
    assert (request.method, request.path, request.body, request.stays_open) == ("GET", "/x", b"", False)


def test_a_request_as_a_proxy_gets_it():
    [request] = read(b"GET http://localhost:8000/x?y HTTP/1.1\r\n\r\n")
    assert (request.path, request.query) == ("/x", "y")


@given(st.lists(st.sampled_from([PLAIN, CHUNKED, BARE]), max_size=4), st.lists(st.integers(0, 600), max_size=8))
def test_pieces_make_no_difference(wanted: list[bytes], cuts: list[int]):
    stream = b"".join(wanted)
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    pieces = [stream[start:end] for start, end in itertools.pairwise(places)]
    assert read(*pieces) == [request for one in wanted for request in read(one)]
    assert read(*(bytes([one]) for one in stream)) == read(stream)


@given(st.binary(max_size=200), st.sampled_from([b"", b"POST / HTTP/1.1\r\n", CHUNKED[:50], PLAIN[:60]]))
def test_anything_else_is_refused_or_waited_for(noise: bytes, opening: bytes):
    try:
        read(opening + noise)
    except BadHttp as bad:
        assert 400 <= bad.status < 600
        assert http1.response(bad.status, {}, b"").startswith(b"HTTP/1.1 ")


@pytest.mark.parametrize(
    "head, status",
    [
        (b"\x16\x03\x01", 400),
        (b"GET /\r\n\r\n", 400),
        (b"GET / a HTTP/1.1\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\n", 505),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nname : x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\na: b\r\n folded\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\na: b\nc: d\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\na: b\rc\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\na: \0\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1_0\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"0" * 2000, 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1000001\r\n", 413),
        (b"POST / HTTP/1.1\r\nExpect: the unexpected\r\n\r\n", 417),
        (b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY + 1), 413),
        (b"POST / HTTP/1.1\r\nContent-Length: %s\r\n\r\n" % (b"9" * 5000), 413),
        (b"GET / HTTP/1.1\r\na: " + b"x" * MAX_HEAD, 431),
    ],
)
def test_what_is_no_request_is_refused(head: bytes, status: int):
    with pytest.raises(BadHttp) as caught:
        read(head)
    assert caught.value.status == status


def test_a_body_of_the_largest_size_is_taken():
    [request] = read(b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % MAX_BODY, b"x" * MAX_BODY)
    assert len(request.body) == MAX_BODY


def test_a_small_body_that_unpacks_to_a_huge_one_is_refused():
    packed = gzip.compress(b"x" * (MAX_BODY + 1))
    with pytest.raises(BadHttp) as caught:
        read(b"POST / HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed), packed)
    assert caught.value.status == 413


def test_the_client_waits_for_leave_only_while_its_body_is_not_there():
    head = b"POST / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n"
    reader = RequestReader()
    reader.feed(head)
    assert reader.next() is None and reader.wants_continue
    reader.feed(b"{}")
    assert reader.next() is not None and not reader.wants_continue
    reader.feed(head + b"{}")
    assert reader.next() is not None and not reader.wants_continue
