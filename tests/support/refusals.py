"""Beginnings of answers, a whole item of the table `full`, short forms of parameters."""

from __future__ import annotations

import re
from typing import Any

VALIDATION = "ValidationException: "
VIOLATED = f"{VALIDATION}1 validation error detected: "
INVALID = f"{VALIDATION}One or more parameter values were invalid: "
NOT_FOUND = "ResourceNotFoundException: Requested resource not found"
MISMATCH = f"{VALIDATION}The provided key element does not match the schema"

KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}
ITEM = {**KEY, "n": {"N": "5"}, "g": {"S": "x"}, "l": {"S": "y"}}


def values(**given: Any) -> dict[str, Any]:
    """ExpressionAttributeValues: `values(v="x", w=5)`; what is neither str nor int is taken as it is."""
    return {"ExpressionAttributeValues": {f":{name}": value_of(value) for name, value in given.items()}}


def values_in(text: str, **given: Any) -> dict[str, Any]:
    """As `values`, without those that do not stand in `text`; no parameter at all when none does."""
    found = {name: value for name, value in given.items() if re.search(rf":{name}\b", text)}
    return values(**found) if found else {}


def names(**given: str) -> dict[str, Any]:
    """ExpressionAttributeNames: `names(a="size")`."""
    return {"ExpressionAttributeNames": {f"#{name}": value for name, value in given.items()}}


def value_of(value: Any) -> Any:
    if isinstance(value, str):
        return {"S": value}
    return {"N": str(value)} if type(value) is int else value
