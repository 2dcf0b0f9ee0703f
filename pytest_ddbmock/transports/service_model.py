"""botocore's service models as plain shapes: what requests look like and where answers hold timestamps."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from pytest_ddbmock.engine.shapes import ATTRIBUTE_VALUE, LIST, MAP, STRUCTURE, TIMESTAMP, Shape

Convert: TypeAlias = Callable[[Any], Any]
"""Returns an answer as botocore's parser would, changed in place."""

_models: dict[str, Any] = {}
_shapes: dict[tuple[str, str], Shape] = {}
_inputs: dict[tuple[str, str], Shape | None] = {}


def model(service: str) -> Any:
    """Return botocore's `ServiceModel` of `dynamodb` or `dynamodbstreams`."""
    found = _models.get(service)
    if found is None:
        import botocore.loaders  # heavy
        import botocore.model

        loader = botocore.loaders.create_loader()
        # `load_service_model` lists all services first, which takes longer than all the rest.
        version = loader.determine_latest_version(service, "service-2")
        description = loader.load_data(os.path.join(service, version, "service-2"))
        found = _models[service] = botocore.model.ServiceModel(description, service)
    return found


def learn(found: Any) -> None:
    """Remember the model of a calling client: reading it from disk would cost 70 ms."""
    _models.setdefault(found.service_name, found)


def version() -> str:
    """Return the version of the installed botocore."""
    import botocore  # heavy

    return str(botocore.__version__)


def operations(service: str) -> tuple[str, ...]:
    """Return all operations that the installed botocore knows."""
    return tuple(model(service).operation_names)


class ModelShapes:
    """The engine's `Shapes`, each made when first asked for."""

    def input(self, service: str, operation: str) -> Shape | None:
        """Return the shape of an operation's parameters; None if the service model has no such operation."""
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
        # The length of attribute names is counted in bytes, with a text of its own: `values.attribute`.
        maximum=None if found.name == "AttributeName" else limits.get("max"),
        pattern=limits.get("pattern"),
        enum=tuple(limits.get("enum", ())),
    )


# ---- timestamps in answers


def converter(found: Any) -> Convert | None:
    """Return what turns the epoch seconds in answers of the shape `found` into datetimes; None if it has none."""
    convert = _structures_converter(found)
    if convert is None:
        return None

    def convert_answer(answer: dict[str, Any]) -> dict[str, Any]:
        convert([answer], {None: None})
        return answer

    return convert_answer


_ConvertAll: TypeAlias = Callable[[Sequence[dict[str, Any]], dict[Any, Any]], None]
"""Called with all structures in one place at once (a page of records has a thousand), and with the moments of this
answer that have been parsed: the records of a stream share a few, and parsing one takes ten microseconds."""


def _structures_converter(found: Any) -> _ConvertAll | None:
    if found is None or found.type_name != STRUCTURE or found.name == ATTRIBUTE_VALUE:
        return None
    parts = [convert for name, one in found.members.items() if (convert := _member_converter(name, one)) is not None]
    if not parts:
        return None

    def convert_structures(structures: Sequence[dict[str, Any]], known: dict[Any, Any]) -> None:
        for convert in parts:
            convert(structures, known)

    return convert_structures


def _member_converter(name: str, member: Any) -> _ConvertAll | None:
    """Return the converter of one member of structures, a timestamp or a container. No model has them in maps."""
    if member.type_name == TIMESTAMP:
        return _timestamps_converter(name)
    is_list = member.type_name == LIST
    convert = _structures_converter(member.member if is_list else member)
    if convert is None:
        return None

    def convert_members(structures: Sequence[dict[str, Any]], known: dict[Any, Any]) -> None:
        held = [one for each in structures if (one := each.get(name)) is not None]
        convert([one for some in held for one in some] if is_list else held, known)

    return convert_members


def _timestamps_converter(name: str) -> _ConvertAll:
    import botocore.utils  # heavy

    def convert_timestamps(structures: Sequence[dict[str, Any]], known: dict[Any, Any]) -> None:
        for each in structures:
            if name in each:
                value = each[name]
                if value not in known:
                    # Looked up for each answer: freezegun and users replace it.
                    moment = known[value] = botocore.utils.parse_timestamp(value)
                    known[moment] = moment  # an answer may contain a part twice
                each[name] = known[value]

    return convert_timestamps
