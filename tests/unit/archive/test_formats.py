"""What formats need, and what they cannot read."""

from __future__ import annotations

import contextlib
import gzip
import random
from decimal import Decimal

import pytest

from pytest_ddbmock import UsageError
from pytest_ddbmock.archive import formats
from pytest_ddbmock.archive.formats import FORMATS, READERS, require_installed
from pytest_ddbmock.archive.formats.compression import DECOMPRESS, compress
from pytest_ddbmock.archive.formats.contract import Source, Unreadable
from pytest_ddbmock.values.item import decode_item


def read(name: str, body: bytes, **source: object) -> list:
    return list(READERS[name](body, Source({}, **source)))


@pytest.mark.parametrize(
    "name, advice",
    [
        ("ION", 'ION is read by amazon.ion, which is not installed: pip install "pytest-ddbmock\\[ion\\]"'),
        ("ZSTD", 'ZSTD is read by zstandard, which is not installed: pip install "pytest-ddbmock\\[zstd\\]"'),
    ],
)
def test_a_missing_package_is_named(monkeypatch, name, advice):
    monkeypatch.setattr(formats, "EXTRAS", {name: (f"no_such_package.{name}", formats.EXTRAS[name][1])})
    with pytest.raises(UsageError, match="which is not installed: pip install"):
        require_installed(name)
    monkeypatch.undo()
    monkeypatch.setattr(formats.importlib.util, "find_spec", lambda package: None)
    with pytest.raises(UsageError, match=advice):
        require_installed(name)


@pytest.mark.parametrize("name", ["CSV", "DYNAMODB_JSON", "NONE", "GZIP"])
def test_what_python_has_needs_nothing(monkeypatch, name):
    monkeypatch.setattr(formats.importlib.util, "find_spec", lambda package: None)
    require_installed(name)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("body", [b"", b"\n"])
def test_nothing_holds_nothing(name, body):
    if name == "ION":
        pytest.importorskip("amazon.ion")
    assert read(name, body) == []


@pytest.mark.parametrize("name", READERS)
def test_bytes_that_are_no_text_cannot_be_read(name):
    if name == "ION":
        pytest.importorskip("amazon.ion")
    with pytest.raises(Unreadable):
        read(name, b"\xff\xfe\x00")


@pytest.mark.parametrize("number, text", [
    ("0", "0."), ("103", "103."), ("-600", "-6d2"), ("1.5", "1.5"), ("0.000001", "0.000001"), ("1e-130", "1d-130"),
    ("1e125", "1d125"), ("-0.25", "-0.25"),
])  # fmt: skip
def test_numbers_in_ion(number, text):
    line = FORMATS["ION"].write_item(decode_item({"n": {"N": number}}))
    assert line.decode() == f"$ion_1_0 {{Item:{{n:{text}}}}}\n"


@pytest.mark.parametrize(
    "value, wire",
    [
        ("5", {"N": "5"}),
        ("5.", {"N": "5"}),
        ("6d2", {"N": "6E+2"}),
        ('"text"', {"S": "text"}),
        ("'''long'''", {"S": "long"}),
        ("true", {"BOOL": True}),
        ("null", {"NULL": True}),
        ("null.string", {"NULL": True}),
        ("{{AAE=}}", {"B": b"\x00\x01"}),
        ("[1, [], {a: 2}]", {"L": [{"N": "1"}, {"L": []}, {"M": {"a": {"N": "2"}}}]}),
        ("$dynamodb_NS::[1, 2.]", {"NS": ["1", "2"]}),
    ],
)
def test_ion_values_become_attributes(value, wire):
    pytest.importorskip("amazon.ion")
    assert read("ION", f"$ion_1_0 {{Item:{{a:{value}}}}}".encode()) == [{"a": wire}]


@pytest.mark.parametrize(
    "value",
    [
        "symbol",
        "1e0",
        "2020-01-01T",
        '{{"clob"}}',
        "(a b)",
        "$dynamodb_SS::[1]",
        "$dynamodb_XS::[1]",
        "a::b::[1]",
        "[",
    ],
)
def test_ion_values_that_no_attribute_has(value):
    pytest.importorskip("amazon.ion")
    with pytest.raises(Unreadable, match="Invalid Ion"):
        read("ION", f"$ion_1_0 {{Item:{{a:{value}}}}}".encode())


def test_items_before_a_broken_one_are_read():
    pytest.importorskip("amazon.ion")
    found = []
    with pytest.raises(Unreadable):
        for item in READERS["ION"](b"$ion_1_0 {Item:{a:1}}\n$ion_1_0 {Item:{a:2}}\n{broken", Source({})):
            found.append(item)
    assert found == [{"a": {"N": "1"}}, {"a": {"N": "2"}}]


def test_binary_ion_is_read():
    simpleion = pytest.importorskip("amazon.ion.simpleion")
    body = simpleion.dumps({"Item": {"a": "x"}}, binary=True)
    assert read("ION", body) == [{"a": {"S": "x"}}]


ION_ITEM = {
    "pk": "a",
    "list": [1, {"deep": ["x" * 20, None]}],
    "long": "y" * 300,
    "flag": True,
    "number": Decimal("-1.5"),
}


def test_of_binary_ion_that_is_cut_off_what_is_whole_is_read():
    simpleion = pytest.importorskip("amazon.ion.simpleion")
    one = simpleion.dumps({"Item": ION_ITEM}, binary=True)
    for cut in range(len(one), 2 * len(one)):
        found = []
        with contextlib.suppress(Unreadable):
            for item in READERS["ION"]((one + one)[:cut], Source({})):
                found.append(item)  # those before the error count
        assert [item["pk"] for item in found] == [{"S": "a"}], cut
    assert len(read("ION", one + one)) == 2


@pytest.mark.parametrize("number", range(20))
def test_broken_binary_ion_comes_to_an_end(number):
    """A string that is longer than the data once kept `amazon.ion` busy for ever."""
    simpleion = pytest.importorskip("amazon.ion.simpleion")
    chance = random.Random(number)
    for _ in range(100):
        body = bytearray(simpleion.dumps({"Item": ION_ITEM}, binary=True) * 2)
        for _ in range(chance.randrange(1, 4)):
            body[chance.randrange(4, len(body))] = chance.randrange(256)
        with contextlib.suppress(Unreadable):
            read("ION", bytes(body[: chance.randrange(5, len(body))]))


def test_a_header_that_names_an_attribute_twice_cannot_be_read():
    with pytest.raises(Unreadable, match="names an attribute twice"):
        read("CSV", b"a,a\n1,2\n")


@pytest.mark.parametrize("name", ["GZIP", "ZSTD"])
@pytest.mark.parametrize("body", [b"plain text", gzip.compress(b"cut short", mtime=0)[:-9]])
def test_what_is_not_compressed_cannot_be_read(name, body):
    if name == "ZSTD":
        pytest.importorskip("zstandard")
    with pytest.raises(Unreadable, match=f"Invalid {name}"):
        DECOMPRESS[name](body)


@pytest.mark.parametrize("length", [3, -1])
def test_a_frame_of_zstd_that_is_not_whole_cannot_be_read(length):
    zstandard = pytest.importorskip("zstandard")
    squeeze = zstandard.ZstdCompressor().compress
    body = squeeze(b"whole") + squeeze(b"cut short" * 100)[:length]
    with pytest.raises(Unreadable, match="Invalid ZSTD: the last frame is not whole"):
        DECOMPRESS["ZSTD"](body)


def test_a_stream_of_zstd_that_does_not_tell_its_size_is_read():
    zstandard = pytest.importorskip("zstandard")
    writer = zstandard.ZstdCompressor().compressobj()
    assert DECOMPRESS["ZSTD"](writer.compress(b"abc" * 10**6) + writer.flush()) == b"abc" * 10**6


def test_several_members_of_gzip_and_zstd_are_one_object():
    assert DECOMPRESS["GZIP"](compress(b"a") + compress(b"b")) == b"ab"
    zstandard = pytest.importorskip("zstandard")
    squeeze = zstandard.ZstdCompressor().compress
    assert DECOMPRESS["ZSTD"](squeeze(b"a") + squeeze(b"b")) == b"ab"


def test_compressing_gives_the_same_at_any_time():
    assert compress(b"abc") == compress(b"abc")
