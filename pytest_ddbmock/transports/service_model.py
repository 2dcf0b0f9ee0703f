"""botocore's service model as plain shapes: what requests look like and where answers hold timestamps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from pytest_ddbmock.engine.shapes import ATTRIBUTE_VALUE, LIST, MAP, STRUCTURE, TIMESTAMP, Shape

Convert: TypeAlias = Callable[[Any], Any]
"""Gives an answer as botocore's parser would, changing it in place."""

_models: dict[str, Any] = {}
_shapes: dict[tuple[str, str], Shape] = {}
_inputs: dict[tuple[str, str], Shape | None] = {}


def model(service: str) -> Any:
    """botocore's `ServiceModel` of `dynamodb` or `dynamodbstreams`."""
    found = _models.get(service)
    if found is None:
        import botocore.loaders  # heavy
        import botocore.model

        description = botocore.loaders.create_loader().load_service_model(service, "service-2")
        found = _models[service] = botocore.model.ServiceModel(description, service)
    return found


def learn(found: Any) -> None:
    """Remember the model of a client that calls: reading it from disk would cost 70 ms."""
    _models.setdefault(found.service_name, found)


def version() -> str:
    """The version of the installed botocore."""
    import botocore  # heavy

    return str(botocore.__version__)


def operations(service: str) -> tuple[str, ...]:
    """All operations that the installed botocore knows."""
    return tuple(model(service).operation_names)


class ModelShapes:
    """The engine's `Shapes`, made when first asked for."""

    def input(self, service: str, operation: str) -> Shape | None:
        """The shape of an operation's parameters, None where the service model has no such operation."""
        try:
            return _inputs[service, operation]
        except KeyError:
            return _inputs.setdefault((service, operation), _input(service, operation))


def _input(service: str, operation: str) -> Shape | None:
    if operation not in model(service).operation_names:
        return None
    found = model(service).operation_model(operation).input_shape
    return Shape(STRUCTURE, f"{operation}Input") if found is None else _shape(service, found)


def _shape(service: str, found: Any) -> Shape:
    known = _shapes.get((service, found.name))
    if known is None:
        known = _shapes[service, found.name] = _new_shape(service, found)
    return known


def _new_shape(service: str, found: Any) -> Shape:
    if found.name == "AttributeValue":
        return Shape(ATTRIBUTE_VALUE, found.name)
    kind, limits = found.type_name, found.metadata
    return Shape(
        kind=kind,
        name=found.name,
        members={name: _shape(service, one) for name, one in found.members.items()} if kind == STRUCTURE else {},
        required=tuple(limits.get("required", ())),
        key=_shape(service, found.key) if kind == MAP else None,
        element=_shape(service, found.value)
        if kind == MAP
        else _shape(service, found.member)
        if kind == LIST
        else None,
        minimum=limits.get("min"),
        maximum=limits.get("max"),
        pattern=limits.get("pattern"),
        enum=tuple(limits.get("enum", ())),
    )


# ---- timestamps in answers


def converter(found: Any) -> Convert | None:
    """What turns the epoch seconds in an answer of the shape `found` into datetimes; None where it holds none."""
    convert = _part_converter(found)
    return None if convert is None else lambda answer: convert(answer, {})


_PartConvert: TypeAlias = Callable[[Any, dict[Any, Any]], Any]
"""Is also given the moments of this answer that are known: the records of a stream share few, and parsing one takes
ten microseconds."""


def _part_converter(found: Any) -> _PartConvert | None:
    if found is None or found.name == "AttributeValue":
        return None
    return _CONVERTERS.get(found.type_name, _no_converter)(found)


def _no_converter(found: Any) -> _PartConvert | None:
    return None


def _timestamp_converter(found: Any) -> _PartConvert | None:
    import botocore.utils  # heavy

    def convert_timestamp(value: Any, known: dict[Any, Any]) -> Any:
        moment = known.get(value)
        if moment is None:
            # Looked up at each answer: freezegun and users replace it.
            moment = known[value] = botocore.utils.parse_timestamp(value)
            known[moment] = moment  # a part may stand in an answer twice
        return moment

    return convert_timestamp


def _structure_converter(found: Any) -> _PartConvert | None:
    parts: Mapping[str, _PartConvert] = {
        name: convert for name, one in found.members.items() if (convert := _part_converter(one)) is not None
    }
    if not parts:
        return None
    pairs = tuple(parts.items())

    def convert_structure(value: dict[str, Any], known: dict[Any, Any]) -> dict[str, Any]:
        for name, convert in pairs:
            held = value.get(name)
            if held is not None:
                value[name] = convert(held, known)
        return value

    return convert_structure


def _list_converter(found: Any) -> _PartConvert | None:
    convert = _part_converter(found.member)
    return None if convert is None else lambda value, known: [convert(one, known) for one in value]


def _map_converter(found: Any) -> _PartConvert | None:
    convert = _part_converter(found.value)
    if convert is None:
        return None
    return lambda value, known: {key: convert(one, known) for key, one in value.items()}


_CONVERTERS: Mapping[str, Callable[[Any], _PartConvert | None]] = {
    STRUCTURE: _structure_converter,
    LIST: _list_converter,
    MAP: _map_converter,
    TIMESTAMP: _timestamp_converter,
}
