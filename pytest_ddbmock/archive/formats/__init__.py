"""The formats of exports and imports by name, their compressions, and what has to be installed for them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator

from pytest_ddbmock.archive.formats import csv, dynamodb_json, ion
from pytest_ddbmock.archive.formats.contract import Format, Source
from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.values.attribute import Wire

FORMATS = {
    "DYNAMODB_JSON": Format("json", dynamodb_json.write_item, dynamodb_json.write_record, dynamodb_json.read),
    "ION": Format("ion", ion.write_item, ion.write_record, ion.read),
}
"""By `ExportFormat`."""

READERS: dict[str, Callable[[bytes, Source], Iterator[Wire]]] = {
    "CSV": csv.read,
    **{name: format.read for name, format in FORMATS.items()},
}
"""By `InputFormat`."""

EXTRAS = {"ION": ("amazon.ion", "ion"), "ZSTD": ("zstandard", "zstd")}
"""Formats and compressions that are read by a package: the package, and the extra that brings it."""


def require_installed(name: str) -> None:
    """What reads a format or compression must be installed. Errors: `UsageError` that names what to install."""
    package, extra = EXTRAS.get(name, ("", ""))
    if extra and not _is_installed(package):
        raise UsageError(f'{name} is read by {package}, which is not installed: pip install "pytest-ddbmock[{extra}]"')


def _is_installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:
        return False
