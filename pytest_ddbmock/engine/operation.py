"""`Operation` and the `@operation` registry: an operation is declared once, next to the code that serves it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.request import DYNAMODB

Answer: TypeAlias = dict[str, Any]
"""What an operation returns, by wire name: blobs as bytes, timestamps as epoch seconds; the caller may change it."""


class Operation(NamedTuple):
    """An operation that is served."""

    service: str
    name: str
    serve: Callable[[Call], Answer]


DECLARED: dict[tuple[str, str], Operation] = {}
"""By service and name, as far as their modules have been imported; `pytest_ddbmock.operations` knows all."""


def operation(name: str, *, service: str = DYNAMODB) -> Callable[[Callable[[Call], Answer]], Callable[[Call], Answer]]:
    """Declare the function that serves AWS's operation `name`."""

    def register(serve: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        assert (service, name) not in DECLARED, f"{name} is declared twice"
        DECLARED[service, name] = Operation(service, name, serve)
        return serve

    return register
