"""The page that tells of every operation of the service whether it is served: `pytest_ddbmock/operations/README.md`.

`python -m pytest_ddbmock.testkit.operations_page` writes it anew, from the code and the installed service model.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from pytest_ddbmock import operations
from pytest_ddbmock.engine.operation import Operation
from pytest_ddbmock.operations import OPERATIONS
from pytest_ddbmock.transports import service_model
from pytest_ddbmock.transports.services import SERVICES

PAGE = Path(operations.__file__).parent / "README.md"
SERVING = ("pytest_ddbmock.operations.", "pytest_ddbmock.engine.")
"""Modules that read the parameters of requests. `constraints` speaks of all."""
REFUSED = "the parameter "
"""What `NotImplementedByMock` says before the name of a parameter."""

HEAD = """\
# Operations

Written by `python -m pytest_ddbmock.testkit.operations_page`, with the service model of botocore {version}.

{served} of {all} operations are served. One that is not, and a parameter named under "without", raises
`NotImplementedByMock`, which names it; so does a member of a nested structure that is not served, and a KMS key of
your own (`KMSMasterKeyId`). What the installed botocore does not know yet cannot be asked for.
"""


def page() -> str:
    """The whole page."""
    known = [(service, name) for service in SERVICES for name in service_model.operations(service)]
    served = sum(one in OPERATIONS for one in known)
    parts = [HEAD.format(version=service_model.version(), served=served, all=len(known))]
    for service in SERVICES.values():
        rows = [_row(service.name, name) for name in sorted(service_model.operations(service.name))]
        parts.append(
            "\n".join([f"\n## {service.title}\n", "| operation | served in | without |", "|---|---|---|", *rows, ""])
        )
    return "".join(parts)


def not_served(operation: Operation) -> list[str]:
    """The parameters of an operation that it refuses by name.

    Nothing that serves it speaks of them, or only to refuse what is not empty.
    """
    shape = service_model.ModelShapes().input(operation.service, operation.name)
    assert shape is not None, "operations are those of the service model"
    words = _words(inspect.getmodule(operation.serve))
    return [name for name in shape.members if name not in words or REFUSED + name in words]


def _row(service: str, name: str) -> str:
    operation = OPERATIONS.get((service, name))
    if operation is None:
        return f"| {name} | - | |"
    file = Path(inspect.getfile(operation.serve)).name
    return f"| {name} | [{file}]({file}) | {', '.join(not_served(operation))} |"


def _words(module: ModuleType | None) -> set[str]:
    """The strings in a module and in the modules of ours that it imports, and these in turn."""
    words: set[str] = set()
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        found = waiting.pop()
        if found is None or found.__name__ in seen or not found.__name__.startswith(SERVING):
            continue
        seen.add(found.__name__)
        tree = ast.parse(inspect.getsource(found))
        words.update(_strings(tree))
        waiting += [sys.modules.get(name) for name in _imported(tree)]
    return words


def _strings(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _imported(tree: ast.Module) -> Iterator[str]:
    """The modules of the rooms that serve requests."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
