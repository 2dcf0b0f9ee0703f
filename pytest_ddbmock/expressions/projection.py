"""Projections: the attributes, and parts of attributes, that a read returns.

Source: "Using projection expressions in DynamoDB", "AttributesToGet (legacy)".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pytest_ddbmock import errors
from pytest_ddbmock.expressions import checks, parser
from pytest_ddbmock.expressions.parser import PROJECTION
from pytest_ddbmock.expressions.placeholders import Placeholders
from pytest_ddbmock.values import paths
from pytest_ddbmock.values.attribute import Value, require_name
from pytest_ddbmock.values.paths import Path


class Projection:
    """`paths` in the order of the request; `names` are their top-level attributes, each once."""

    __slots__ = ("_is_flat", "_wanted", "names", "paths")

    def __init__(self, wanted: Sequence[Path]) -> None:
        self.paths: tuple[Path, ...] = tuple(wanted)
        self.names: tuple[str, ...] = tuple(dict.fromkeys(str(path[0]) for path in wanted))
        self._is_flat = all(len(path) == 1 for path in wanted)
        self._wanted = {} if self._is_flat else paths.tree((path, True) for path in wanted)

    def apply(self, item: Mapping[str, Value]) -> Mapping[str, Value]:
        """Return the parts of `item` at the paths, inside their parents; keys only if asked for.

        Linear in the number of paths.
        """
        if self._is_flat:
            return {name: item[name] for name in self.names if name in item}
        return paths.picked(item, self._wanted)


def compile_projection(text: str, placeholders: Placeholders) -> Projection:
    """Return the projection of an expression.

    Errors: `ValidationException` for syntax, undefined names, and paths that overlap.
    """
    wanted = [placeholders.path(PROJECTION, path) for path in parser.parse_projection(text)]
    checks.check_overlaps(PROJECTION, wanted)
    return Projection(wanted)


def of_attributes_to_get(names: Sequence[str]) -> Projection:
    """Return the projection of the legacy `AttributesToGet`: top-level attributes, whose names may contain dots.

    Errors: `ValidationException` for names that are empty, too long or repeated.
    """
    seen = set()
    for name in names:
        require_name(name)
        if name in seen:
            raise errors.invalid_parameters(f"Duplicate value in attribute name: {name}")
        seen.add(name)
    return Projection([(name,) for name in names])
