"""ION: Amazon Ion text, `$ion_1_0 {Item:{...}}` on each line. Reading takes the package `amazon.ion`, text or binary.

Writing is done by hand: the text of exports is narrower than Ion (`103.`, `6d2`, a version marker on each line).
Source: "DynamoDB table export output format", "Amazon S3 import formats for DynamoDB", Ion specification.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Context, Decimal
from typing import Any

from pytest_ddbmock.archive.formats import ion_binary
from pytest_ddbmock.archive.formats.contract import Record, Source, Unreadable, item_of
from pytest_ddbmock.values.attribute import Value, Wire
from pytest_ddbmock.values.item import Item

# ---- writing


def write_item(item: Item) -> bytes:
    """The line of an item."""
    return _line(f"{{Item:{_struct(item)}}}")


def write_record(record: Record) -> bytes:
    """The line of a record."""
    members = [f"Keys:{_struct(record.keys)}", f"Metadata:{{WriteTimestampMicros:{record.written_at}.}}"]
    if record.old is not None:
        members.append(f"OldImage:{_struct(record.old)}")
    if record.new is not None:
        members.append(f"NewImage:{_struct(record.new)}")
    return _line(f"{{Record:{{{','.join(members)}}}}}")


def _line(text: str) -> bytes:
    return f"$ion_1_0 {text}\n".encode("utf-8", "surrogatepass")


def _struct(attributes: Mapping[str, Value]) -> str:
    return "{" + ",".join(f"{_name(name)}:{_text(value)}" for name, value in attributes.items()) + "}"


def _text(value: Value) -> str:
    tag, payload = value
    return _WRITERS[tag](payload)


def _string(payload: str) -> str:
    return f'"{_escaped(payload, _IN_STRING)}"'


def _number(payload: str) -> str:
    """The shortest decimal: never one without point or exponent, which would be an integer."""
    number = Decimal(payload)
    sign, digits, exponent = number.normalize(_WIDE).as_tuple()
    if not any(digits):
        return "0."
    minus, shown = "-" if sign else "", "".join(map(str, digits))
    if exponent == 0:
        return f"{minus}{shown}."
    if isinstance(exponent, int) and -6 - len(digits) < exponent < 0:
        return payload
    return f"{minus}{shown}d{exponent}"


def _blob(payload: bytes) -> str:
    return "{{" + base64.b64encode(payload).decode("ascii") + "}}"


def _set(annotation: str, write: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda payload: f"{annotation}::[{','.join(write(member) for member in payload)}]"


_WRITERS: dict[str, Callable[[Any], str]] = {
    "S": _string,
    "N": _number,
    "B": _blob,
    "BOOL": lambda payload: "true" if payload else "false",
    "NULL": lambda payload: "null",
    "SS": _set("$dynamodb_SS", _string),
    "NS": _set("$dynamodb_NS", _number),
    "BS": _set("$dynamodb_BS", _blob),
    "L": lambda payload: "[" + ",".join(_text(element) for element in payload) + "]",
    "M": _struct,
}

_WIDE = Context(prec=200)
_BARE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_KEYWORDS = frozenset({"null", "true", "false", "nan"})
_IN_STRING = re.compile(r'["\\\x00-\x1f\x7f-\x9f]')
_IN_SYMBOL = re.compile(r"['\\\x00-\x1f\x7f-\x9f]")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "'": "\\'", "\\": "\\\\"}


def _name(name: str) -> str:
    if _BARE_NAME.fullmatch(name) and name not in _KEYWORDS:
        return name
    return f"'{_escaped(name, _IN_SYMBOL)}'"


def _escaped(text: str, special: re.Pattern[str]) -> str:
    return special.sub(lambda found: _SHORT.get(found[0]) or f"\\x{ord(found[0]):02x}", text)


# ---- reading


def read(body: bytes, source: Source) -> Iterator[Wire]:
    """The items of an object."""
    from amazon.ion import simpleion  # optional
    from amazon.ion.exceptions import IonException

    whole = ion_binary.whole_part(body) if body.startswith(ion_binary.VERSION) else body
    values = simpleion.load(io.BytesIO(whole), single_value=False, parse_eagerly=False)
    while True:
        try:
            value = next(values)
        except StopIteration:
            if len(whole) < len(body):
                raise Unreadable("Invalid Ion: a value is longer than what holds it") from None
            return
        except (IonException, ValueError, RecursionError) as error:
            raise Unreadable(f"Invalid Ion: {error}") from None
        yield {name: _wire(attribute) for name, attribute in item_of(value).items()}


def _wire(value: Any) -> Wire:
    """The wire form of an Ion value. Errors: `Unreadable` for a type that no attribute has."""
    if type(value).__name__ == "IonPyNull":  # a null of whatever type
        return {"NULL": True}
    kind = value.ion_type.name
    convert = _READERS.get(kind)
    if convert is None:
        raise Unreadable(f"Invalid Ion: an attribute cannot be a {kind.lower()}")
    return convert(value)


def _list(value: Any) -> Wire:
    annotations = [annotation.text for annotation in value.ion_annotations]
    if not annotations:
        return {"L": [_wire(element) for element in value]}
    kind = _SETS.get(annotations[0])
    if kind is None or len(annotations) > 1:
        raise Unreadable(f"Invalid Ion: unknown annotation {annotations[0]}")
    members = [_wire(element) for element in value]
    if any(set(member) != {kind[0]} for member in members):
        raise Unreadable(f"Invalid Ion: {annotations[0]} holds something else")
    return {kind: [member[kind[0]] for member in members]}


_SETS = {"$dynamodb_SS": "SS", "$dynamodb_NS": "NS", "$dynamodb_BS": "BS"}
_READERS: dict[str, Callable[[Any], Wire]] = {
    "STRING": lambda value: {"S": str(value)},
    "DECIMAL": lambda value: {"N": str(Decimal(value))},
    "INT": lambda value: {"N": str(int(value))},
    "BLOB": lambda value: {"B": bytes(value)},
    "BOOL": lambda value: {"BOOL": bool(value)},
    "LIST": _list,
    "STRUCT": lambda value: {"M": {name: _wire(member) for name, member in value.items()}},
}
