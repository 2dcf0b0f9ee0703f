"""Plain shapes of requests (types, required members, bounds, patterns, enums), free of botocore."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

STRUCTURE, LIST, MAP = "structure", "list", "map"
STRING, BOOLEAN, BLOB, TIMESTAMP = "string", "boolean", "blob", "timestamp"
INTEGER, LONG, FLOAT, DOUBLE = "integer", "long", "float", "double"
ATTRIBUTE_VALUE = "attribute value"
"""Opaque here: it refers to itself and `values.attribute` decodes and checks it."""


@dataclass(eq=False, repr=False)
class Shape:
    """One shape of the service model, never changed; what does not apply to its `kind` is empty."""

    kind: str
    name: str
    """The model's name, such as `KeySchemaElement`."""
    members: Mapping[str, Shape] = field(default_factory=dict)
    """STRUCTURE: by wire name, in the model's order."""
    required: tuple[str, ...] = ()
    key: Shape | None = None
    """MAP."""
    element: Shape | None = None
    """LIST and MAP: what it holds."""
    minimum: float | None = None
    """Length of strings, lists, maps and blobs; value of numbers."""
    maximum: float | None = None
    pattern: str | None = None
    enum: tuple[str, ...] = ()


class Shapes(Protocol):
    """Where the engine finds the shapes; botocore's model in `transports.service_model`."""

    def input(self, service: str, operation: str) -> Shape | None:
        """The shape of an operation's parameters, None where the service model has no such operation."""
        ...
