"""The rooms and the line between them: what a module may import, read off its source."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pytest_ddbmock

LINE = (
    "errors clock < values < expressions < partiql < storage < metering < access < engine < followers < archive "
    "< operations < dax < transports < testkit < plugin"
)
RANK = {room: rank for rank, rooms in enumerate(LINE.split(" < ")) for room in rooms.split()}
NO_ROOM = {"__init__", "__main__", "loading", "version"}
"""At the top of the package: they say what is public, how to run it, how it is loaded, which version it is."""

THIRD_PARTY = {
    "botocore": ("transports/",),
    "boto3": ("transports/",),
    "aiobotocore": ("transports/",),
    "aioboto3": ("transports/",),
    "pytest": ("testkit/", "plugin.py"),
    "_pytest": ("testkit/", "plugin.py"),
    "sortedcontainers": ("storage/",),
    "freezegun": ("testkit/python_time.py",),
    "time_machine": ("testkit/python_time.py",),
    "amazon": ("archive/formats/ion.py",),
    "zstandard": ("archive/formats/compression.py",),
}
LATE = {
    "plugin.py": "testkit.pytest_side.for_test testkit.pytest_side.report transports.clients.environment",
    "testkit/assembly.py": "testkit.definitions.folders testkit.definitions.seeds",
    "testkit/ddbmock.py": (
        "testkit.control testkit.definitions.seeds testkit.handles.streams transports.http.door transports.http.server"
    ),
    "testkit/pipeline.py": "followers.deliveries",
}
"""Modules of ours that few tests need: they are imported inside functions of these modules, by an import that type
checkers follow. (`loading.load` does the same by name.)"""
LATE_PACKAGES = {
    "archive/formats/compression.py": "zstandard",
    "archive/formats/ion.py": "amazon",
    "storage/keyed.py": "sortedcontainers",
    "testkit/options.py": "difflib",
    "transports/clients/environment.py": "configparser",
    "transports/clients/handles.py": "boto3 botocore",
    "transports/outbound/logs_sink.py": "botocore",
    "transports/outbound/s3_bucket.py": "botocore",
    "transports/service_model.py": "botocore",
}
"""Heavy or optional packages of others that are imported inside functions of these modules."""

PACKAGE = Path(pytest_ddbmock.__file__).parent
MODULES = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}


def imports(path: str, *, types: bool = False) -> Iterator[tuple[str, ast.stmt, bool]]:
    """Each imported module with the statement, and whether that stands inside a function; `types`: also for types."""

    def visit(node: ast.AST, inside: bool) -> Iterator[tuple[str, ast.stmt, bool]]:
        for child in ast.iter_child_nodes(node):
            if not types and isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
            if isinstance(child, ast.Import):
                for alias in child.names:
                    yield alias.name, child, inside
            elif isinstance(child, ast.ImportFrom):
                assert child.level == 0, f"{path}:{child.lineno} imports relatively"
                for alias in child.names:
                    yield f"{child.module}.{alias.name}", child, inside
            yield from visit(child, inside or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda))

    yield from visit(ast.parse(MODULES[path].read_text(encoding="utf-8")), False)


def ours(name: str) -> str | None:
    """`storage.view` for an import of `pytest_ddbmock.storage.view.View`; None for a package of others."""
    parts = name.split(".")
    if parts[0] != "pytest_ddbmock":
        return None
    for end in range(len(parts), 0, -1):
        for path in ("/".join(parts[1:end]) + ".py", "/".join([*parts[1:end], "__init__.py"])):
            if path in MODULES:
                return path.removesuffix(".py").replace("/", ".")
    raise AssertionError(f"{name} is not a module")


def room_of(path: str) -> str:
    """`storage` for `storage/view.py`, `errors` for `errors.py`."""
    return path.split("/")[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES)
def test_a_module_imports_its_own_room_and_rooms_to_its_left(path):
    own = room_of(path)
    assert own in RANK or own in NO_ROOM, f"{own} is not a room: {LINE}"
    for name, statement, _ in imports(path):
        if name.startswith("pytest_ddbmock.") and own not in NO_ROOM:
            other = name.split(".")[1]
            if other not in NO_ROOM:
                assert RANK[other] <= RANK[own], (
                    f"{path}:{statement.lineno}: {own} imports {other}, which is to its right"
                )


def edges(path: str) -> set[str]:
    """The modules of the package that a module imports, types and imports inside functions included."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[path].read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(pytest_ddbmock.__name__):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}".removeprefix("pytest_ddbmock").replace(".", "/").strip("/")
                outer = node.module.removeprefix("pytest_ddbmock").replace(".", "/").strip("/")
                for name in (f"{inner}.py", f"{outer}.py", f"{outer}/__init__.py"):
                    if name in MODULES:
                        found.add(name)
                        break
    return found - {path}


def test_no_module_imports_itself_by_way_of_others():
    graph = {path: edges(path) for path in MODULES}
    done: set[str] = set()

    def visit(path: str, way: tuple[str, ...]) -> None:
        assert path not in way, f"a circle: {' -> '.join((*way[way.index(path) :], path))}"
        if path not in done:
            for other in sorted(graph[path]):
                visit(other, (*way, path))
            done.add(path)

    for path in MODULES:
        visit(path, ())


@pytest.mark.parametrize("path", MODULES)
def test_third_party_packages_are_imported_in_their_rooms_only(path):
    for name, statement, _ in imports(path):
        package = name.split(".")[0]
        if package not in sys.stdlib_module_names and package != "pytest_ddbmock":
            allowed = THIRD_PARTY.get(package, ())
            assert path.startswith(allowed) if allowed else False, f"{path}:{statement.lineno} imports {package}"


@pytest.mark.parametrize("path", MODULES)
def test_imports_stand_at_the_top_unless_they_are_listed(path):
    inside = {name for name, _, is_inside in imports(path) if is_inside}
    assert {ours(name) for name in inside} - {None} == set(LATE.get(path, "").split())
    packages = {name.split(".")[0] for name in inside if ours(name) is None}
    assert packages == set(LATE_PACKAGES.get(path, "").split())


def test_no_import_goes_round_in_a_circle_not_even_one_for_types():
    needs = {
        path.removesuffix(".py").replace("/", "."): {ours(name) for name, _, _ in imports(path, types=True)}
        for path in MODULES
    }
    # What nothing is needed by is in no circle, and what needs nothing: strike these out as long as there are some.
    while free := {name for name, found in needs.items() if not found & needs.keys() - {name}}:
        needs = {name: found for name, found in needs.items() if name not in free}
    while free := needs.keys() - {one for name, found in needs.items() for one in found - {name}}:
        needs = {name: found for name, found in needs.items() if name not in free}
    assert not needs, f"import each other: {', '.join(sorted(needs))}"


def test_every_module_says_what_it_knows():
    for path, file in MODULES.items():
        assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))), path


@pytest.mark.parametrize("vague", ["utils", "helpers", "manager", "base", "data", "process", "common", "misc"])
def test_no_module_has_a_name_that_says_nothing(vague):
    assert not [path for path in MODULES if Path(path).stem == vague]
