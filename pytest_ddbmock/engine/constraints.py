"""Requests against the service model: JSON types first, then `N validation errors detected: ...`.

Attribute values are not looked into here: `values.attribute` decodes and checks them in one go.
Source: captured answers; the bounds come from the service model.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from pytest_ddbmock import errors
from pytest_ddbmock.engine import shapes
from pytest_ddbmock.engine.shapes import Shape
from pytest_ddbmock.errors import DynamoDBError, NotImplementedByMock
from pytest_ddbmock.values import attribute, wire

Check: TypeAlias = Callable[[Any, str, list[str]], None]
"""Adds what is wrong with a value at a path to the list; raises `SerializationException` for a wrong JSON type."""

NAME_PATTERN = "[a-zA-Z0-9_.-]+"
_is_name = re.compile(NAME_PATTERN, re.ASCII).fullmatch

ENUM_ORDER = {
    "returnConsumedCapacity": "INDEXES, TOTAL, NONE",
    "returnValues": "ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW",
    "returnItemCollectionMetrics": "SIZE, NONE",
    "returnValuesOnConditionCheckFailure": "ALL_OLD, NONE",  # Unsure: order.
    "conditionalOperator": "OR, AND",
    "comparisonOperator": "IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS",
    "select": "SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES",
    "attributeType": "B, N, S",
    "keyType": "HASH, RANGE",
    "projectionType": "ALL, INCLUDE, KEYS_ONLY",
    "billingMode": "PROVISIONED, PAY_PER_REQUEST",
    "action": "ADD, PUT, DELETE",
    "inputCompressionType": "ZSTD, NONE, GZIP",
    # Unsure: order, and where AT_TIMESTAMP stands.
    "shardIteratorType": "AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON",
}
"""The order in which AWS prints the values, where it is not the model's."""

IN_ENUM = "Member must satisfy enum value set: "

NAME_LENGTH = range(3, 256)
"""Characters of the name of a table; item operations look up shorter names as well."""

_INDEX = {"Projection.NonKeyAttributes": {"minimum": None}}
_GLOBAL_INDEX: dict[str, dict[str, Any]] = {
    **_INDEX,
    "KeySchema": {"maximum": None},  # up to eight attributes, which older service models do not know
    "ProvisionedThroughput": {"order": ("WriteCapacityUnits", "ReadCapacityUnits")},
}
_TAG: dict[str, dict[str, Any]] = {
    "": {"required": ()},
    "Key": {"minimum": None, "maximum": None},
    "Value": {"minimum": None, "maximum": None},
}


def _below(path: str, changes: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {f"{path}.{inner}" if inner else path: change for inner, change in changes.items()}


# Unsure: DeleteItem and UpdateItem, by analogy to PutItem; Query is known up to here.
_WRITE_ORDER = ("ReturnConsumedCapacity", "ReturnValues", "ReturnItemCollectionMetrics", "ConditionalOperator")
_NAMES: dict[str, dict[str, Any]] = {"AttributesToGet": {"maximum": 255}}

OVERRIDES: dict[str, dict[str, dict[str, Any]]] = {
    "PutItem": {"": {"order": ("TableName", "Item", *_WRITE_ORDER)}},
    "DeleteItem": {"": {"order": ("TableName", "Key", *_WRITE_ORDER)}},
    "UpdateItem": {"": {"order": ("TableName", "Key", *_WRITE_ORDER)}},
    "GetItem": _NAMES,
    "Query": {"": {"order": ("TableName", "Select", "Limit", "ReturnConsumedCapacity")}, **_NAMES},
    "Scan": _NAMES,
    "BatchGetItem": {"": {"required": ()}, **_below("RequestItems[]", _NAMES)},
    "BatchWriteItem": {"": {"required": ()}},
    "CreateTable": {
        "": {"required": ()},  # which members are required depends on others
        "TableName": {"minimum": NAME_LENGTH.start},
        "KeySchema": {"maximum": 2},
        "ProvisionedThroughput": {"order": ("WriteCapacityUnits", "ReadCapacityUnits")},
        "LocalSecondaryIndexes[].KeySchema": {"maximum": 2},
        **_below("LocalSecondaryIndexes[]", _INDEX),
        **_below("GlobalSecondaryIndexes[]", _GLOBAL_INDEX),
        "TableClass": {"enum": ()},
        **_below("Tags[]", _TAG),
    },
    "UpdateTable": {
        "TableName": {"minimum": NAME_LENGTH.start},
        "ProvisionedThroughput": {"order": ("WriteCapacityUnits", "ReadCapacityUnits")},
        **_below("GlobalSecondaryIndexUpdates[].Create", _GLOBAL_INDEX),
        "GlobalSecondaryIndexUpdates[].Update.ProvisionedThroughput": _GLOBAL_INDEX["ProvisionedThroughput"],
        "TableClass": {"enum": ()},
    },
    "ImportTable": {
        "TableCreationParameters.KeySchema": {"maximum": 2},
        "TableCreationParameters.ProvisionedThroughput": _GLOBAL_INDEX["ProvisionedThroughput"],
        **_below("TableCreationParameters.GlobalSecondaryIndexes[]", _GLOBAL_INDEX),
    },
    "TagResource": _below("Tags[]", _TAG),
    "ListStreams": {"Limit": {"maximum": 100}},
    # Unsure: the text for a filter with one member or none, which AWS refuses though the model makes both optional.
    "DescribeStream": {"Limit": {"maximum": 100}, "ShardFilter": {"required": ("Type", "ShardId")}},
    "GetRecords": {"Limit": {"maximum": 1000}},
    "UntagResource": {"TagKeys[]": {"minimum": None, "maximum": None}},
}
"""Where AWS's own rules differ from the model's: operation, path, fields of `Shape` (`order` sorts its members).

What is lifted here is checked with a text of its own by the operation.
"""

NAME_REQUIRED = {"CreateTable", "DescribeTable", "DeleteTable"}
"""Operations with a text of their own for a missing TableName."""

NAME_LENGTH_TOLD = {"DescribeTable", "DeleteTable"}
"""Operations with a text of their own for the length of TableName. Unsure: CreateTable has been seen with both."""

REPORTED_ALONE = {"PutItem", "UpdateItem", "CreateTable"}
"""Operations that tell of a bad TableName before they look at anything else."""

FIRST_CHOICE_ALONE = {"UpdateItem"}
"""Operations that tell of no more than one value outside its enum."""

WORDED_DIFFERENTLY = {
    "Query": (re.compile(r"Value '[^']*' at 'limit' "), "Value at 'Limit' "),
    "BatchGetItem": (
        re.compile(r"Value '.*' at 'requestItems\.(.*)\.member\.keys' (?=.* less than or equal to)", re.DOTALL),
        r"Value at 'RequestItems.\1.member.Keys' ",
    ),
}
"""Violations that AWS words in capitals and without the value, by operation: what is replaced by what."""

SERVED_MEMBERS = {
    "AttributeDefinition": {"AttributeName", "AttributeType"},
    "AttributeValueUpdate": {"Action", "Value"},
    "Condition": {"AttributeValueList", "ComparisonOperator"},
    "DeleteRequest": {"Key"},
    "ExpectedAttributeValue": {"AttributeValueList", "ComparisonOperator", "Exists", "Value"},
    "KeySchemaElement": {"AttributeName", "KeyType"},
    "Projection": {"NonKeyAttributes", "ProjectionType"},
    "PutRequest": {"Item"},
    "Tag": {"Key", "Value"},
}
"""What is served of structures that stand in many places; any other member that the model has is refused by name.

Operations see to the rest: to their parameters by `Call.param`, to structures of their own by `Call.refuse_unknown`.
"""

MOMENTS = (-62_135_596_800, 253_402_300_800)
"""Epoch seconds of the years 1 to 9999, the end excluded. Unsure: what AWS says of other moments."""

BOOLEANS = {"true": True, "false": False}
INTEGER_NAMES = {shapes.INTEGER: "Integer", shapes.LONG: "Long"}
REAL_NAMES = {shapes.FLOAT: "Float", shapes.DOUBLE: "Double"}


class _TruthAsText(Exception):
    """`"true"` or `"false"` stands where the model has a boolean; the service's JSON parser takes it for one."""


class _Unserved(Exception):
    """A member that the service model has and `SERVED_MEMBERS` has not; its text says which."""


def require(operation: str, shape: Shape, params: dict[str, Any]) -> dict[str, Any]:
    """Check the parameters of an operation; gives them with booleans for the texts `true` and `false`.

    Errors: `SerializationException`, `ValidationException` that lists the violated constraints;
    `NotImplementedByMock` for `SERVED_MEMBERS`.
    """
    violations: list[str] = []
    check = _checker(_adjusted(operation, shape) if operation in OVERRIDES else shape)
    try:
        try:
            check(params, "", violations)
        except _TruthAsText:
            params = _with_booleans(shape, params)
            violations.clear()
            check(params, "", violations)
    except _Unserved as unserved:
        raise NotImplementedByMock(operation, str(unserved)) from None
    if operation in NAME_REQUIRED:
        _require_name(operation, params.get("TableName"))
    if violations:
        if operation in REPORTED_ALONE:
            violations = [text for text in violations if " at 'tableName' " in text] or violations
        if operation in FIRST_CHOICE_ALONE:
            choices = [text for text in violations if IN_ENUM in text]
            violations = [text for text in violations if text not in choices[1:]]
        raise errors.constraints_violated([_as_shown(operation, text) for text in violations])
    return params


def _with_booleans(shape: Shape, value: Any) -> Any:
    """A copy of `value` with booleans for texts; what does not fit the shape stays as it is."""
    if shape.kind == shapes.BOOLEAN:
        return BOOLEANS.get(value, value) if isinstance(value, str) else value
    if shape.kind == shapes.STRUCTURE and isinstance(value, dict):
        known = shape.members
        return {name: _with_booleans(known[name], held) if name in known else held for name, held in value.items()}
    if shape.element is None or shape.element.kind == shapes.ATTRIBUTE_VALUE:
        return value
    if isinstance(value, list | tuple):
        return [_with_booleans(shape.element, held) for held in value]
    if isinstance(value, dict):
        return {key: _with_booleans(shape.element, held) for key, held in value.items()}
    return value


def _require_name(operation: str, name: Any) -> None:
    if name is None:
        raise errors.validation("The parameter 'TableName' is required but was not present in the request")
    if operation in NAME_LENGTH_TOLD and not name.startswith("arn:") and len(name) not in NAME_LENGTH:
        raise errors.validation("TableName must be at least 3 characters long and at most 255 characters long")


_ADJUSTED: dict[tuple[str, int], tuple[Shape, Shape]] = {}


def _adjusted(operation: str, shape: Shape) -> Shape:
    """The shape of an operation's parameters with `OVERRIDES` put in."""
    known = _ADJUSTED.get((operation, id(shape)))
    if known is None:
        known = _ADJUSTED[operation, id(shape)] = (shape, _adjust(shape, "", OVERRIDES[operation]))
    return known[1]


def _adjust(shape: Shape, path: str, overrides: Mapping[str, dict[str, Any]]) -> Shape:
    fields = dict(overrides.get(path, {}))
    order = fields.pop("order", ())
    names = sorted(shape.members, key=lambda name: order.index(name) if name in order else len(order))
    members = {name: _adjust(shape.members[name], f"{path}.{name}" if path else name, overrides) for name in names}
    element = None if shape.element is None else _adjust(shape.element, f"{path}[]", overrides)
    return dataclasses.replace(shape, members=members, element=element, **fields)


def _as_shown(operation: str, text: str) -> str:
    if operation not in WORDED_DIFFERENTLY:
        return text
    pattern, replacement = WORDED_DIFFERENTLY[operation]
    return pattern.sub(replacement, text, count=1)


def require_types(shape: Shape, params: Any) -> None:
    """Look for a wrong JSON type anywhere, attribute values included: AWS tells of it before all else."""
    _require_types(shape, _with_booleans(shape, params))


def _require_types(shape: Shape, params: Any) -> None:
    if shape.kind == shapes.ATTRIBUTE_VALUE:
        try:
            attribute.decode(params)
        except DynamoDBError as error:
            if error.code == "SerializationException":
                raise
    elif shape.kind == shapes.STRUCTURE:
        _require_structure(shape, params)
        for name, member in shape.members.items():
            if params.get(name) is not None:
                _require_types(member, params[name])
    elif shape.kind in (shapes.LIST, shapes.MAP):
        _checker(shape)(params, "", [])
        assert shape.element is not None, "lists and maps hold something"
        for element in params.values() if shape.kind == shapes.MAP else params:
            if element is not None:
                _require_types(shape.element, element)
    else:
        _checker(shape)(params, "", [])


def member_name(wire_name: str) -> str:
    """How paths spell a member: `TableName` is `tableName`, `SSESpecification` is `sSESpecification`."""
    return wire_name[:1].lower() + wire_name[1:]


_CHECKERS: dict[int, tuple[Shape, Check]] = {}


def _checker(shape: Shape) -> Check:
    """The compiled check of a shape; shapes are made once, so their identity is the key."""
    known = _CHECKERS.get(id(shape))
    if known is None:
        known = _CHECKERS[id(shape)] = (shape, _compile(shape))
    return known[1]


def _compile(shape: Shape) -> Check:
    if shape.kind == shapes.STRUCTURE:
        return _compile_structure(shape)
    if shape.kind == shapes.LIST:
        return _compile_list(shape)
    if shape.kind == shapes.MAP:
        return _compile_map(shape)
    if shape.kind == shapes.STRING:
        return _compile_string(shape)
    if shape.kind in INTEGER_NAMES or shape.kind in REAL_NAMES:
        return _compile_number(shape)
    if shape.kind == shapes.BOOLEAN:
        return _check_boolean
    if shape.kind == shapes.BLOB:
        return _check_blob
    if shape.kind == shapes.TIMESTAMP:
        return _check_timestamp
    return _check_nothing  # an attribute value


def _require_structure(shape: Shape, value: Any) -> None:
    if type(value) is not dict:
        raise wire.structure_fault(value, shape.name)


def _compile_structure(shape: Shape) -> Check:
    members = [
        (name, member_name(name), _checker(member), name in shape.required) for name, member in shape.members.items()
    ]

    unserved = sorted(set(shape.members) - SERVED_MEMBERS.get(shape.name, set(shape.members)))

    def check(value: Any, path: str, violations: list[str]) -> None:
        _require_structure(shape, value)
        for name in unserved:
            if value.get(name) is not None:
                raise _Unserved(f"{name} of {shape.name}")
        for name, lower, check_member, is_required in members:
            given = value.get(name)
            if given is not None:
                check_member(given, path + lower, violations)
            elif is_required:
                violations.append(_missing(path + lower))

    # Paths of nested members are joined by dots; the outermost structure has no name.
    def check_nested(value: Any, path: str, violations: list[str]) -> None:
        check(value, f"{path}." if path else "", violations)

    return check_nested


def _compile_list(shape: Shape) -> Check:
    assert shape.element is not None, "lists hold something"
    check_element = _checker(shape.element)
    is_opaque = shape.element.kind == shapes.ATTRIBUTE_VALUE

    def check(value: Any, path: str, violations: list[str]) -> None:
        if not isinstance(value, list | tuple):
            raise wire.list_fault(value)
        _check_length(shape, value, path, violations)
        if not is_opaque:
            for index, element in enumerate(value, 1):
                if element is None:
                    violations.append(_missing(f"{path}.{index}.member"))
                else:
                    check_element(element, f"{path}.{index}.member", violations)

    return check


def _compile_map(shape: Shape) -> Check:
    assert shape.element is not None, "maps hold something"
    element = shape.element
    check_element = _checker(element)
    key_rules = _rules(shape.key) if shape.key is not None else []
    is_opaque = element.kind == shapes.ATTRIBUTE_VALUE
    # AWS reports the length of a list in a map at the map.
    lengths = (element.minimum or 0, element.maximum) if element.kind == shapes.LIST and element.maximum else None

    def check(value: Any, path: str, violations: list[str]) -> None:
        if type(value) is not dict:
            raise wire.map_fault(value, _java_type(element))
        _check_length(shape, value, path, violations)
        if lengths is not None and any(
            isinstance(held, list) and not lengths[0] <= len(held) <= lengths[1] for held in value.values()
        ):
            violations.append(
                f"Value '{_shown(value, shape)}' at '{path}' failed to satisfy constraint: "
                f"Map value must satisfy constraint: [Member must have length less than or equal to {int(lengths[1])}, "
                f"Member must have length greater than or equal to {int(lengths[0])}]"
            )
            return
        if not all([all(map(holds, value)) for holds, _ in key_rules]):
            rules = ", ".join(text for _, text in key_rules)
            violations.append(
                f"Value '{_shown(value, shape)}' at '{path}' failed to satisfy constraint: "
                f"Map keys must satisfy constraint: [{rules}]"
            )
        if not is_opaque:
            for key, held in value.items():
                if held is None:
                    violations.append(_missing(f"{path}.{key}.member"))
                else:
                    check_element(held, f"{path}.{key}.member", violations)

    return check


def _rules(shape: Shape) -> list[tuple[Callable[[str], bool], str]]:
    """The rules for map keys of a shape: what tells that a key is good, and how AWS words it."""
    rules: list[tuple[Callable[[str], bool], str]] = []
    maximum, minimum, pattern = shape.maximum, shape.minimum, shape.pattern
    if shape.name == "TableArn":
        maximum, minimum, pattern = NAME_LENGTH.stop - 1, NAME_LENGTH.start, NAME_PATTERN
    if maximum is not None:
        rules.append((lambda key: len(key) <= maximum, f"Member must have length less than or equal to {int(maximum)}"))
    if minimum:
        rules.append(
            (lambda key: len(key) >= minimum, f"Member must have length greater than or equal to {int(minimum)}")
        )
    if pattern is not None:
        compiled = re.compile(pattern, re.ASCII)
        rules.append(
            (
                lambda key: bool(compiled.fullmatch(key)),
                f"Member must satisfy regular expression pattern: {pattern}",
            )
        )
    if shape.name == "TableArn":  # an ARN is looked at when its table is looked up
        return [(_or_arn(holds), text) for holds, text in rules]
    return rules


def _or_arn(holds: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda key: key.startswith("arn:") or holds(key)


def _compile_string(shape: Shape) -> Check:
    pattern = None if shape.pattern is None else re.compile(shape.pattern, re.ASCII)
    is_table = shape.name == "TableArn"
    name_shape = dataclasses.replace(shape, maximum=NAME_LENGTH.stop - 1)
    is_bounded = shape.minimum is not None or shape.maximum is not None

    def check(value: Any, path: str, violations: list[str]) -> None:
        if not isinstance(value, str):
            raise wire.scalar_fault(value, "String")
        if shape.enum and value not in shape.enum:
            allowed = ENUM_ORDER.get(path.rpartition(".")[2]) or ", ".join(shape.enum)
            violations.append(_violation(value, path, f"{IN_ENUM}[{allowed}]"))
        if is_table and not value.startswith("arn:"):
            _check_length(name_shape, value, path, violations)
            if value and not _is_name(value):
                violations.append(
                    _violation(value, path, f"Member must satisfy regular expression pattern: {NAME_PATTERN}")
                )
            return
        if is_bounded:
            _check_length(shape, value, path, violations)
        # Captured: a name that is empty is too short and nothing else.
        is_told = value or not shape.minimum
        if pattern is not None and is_told and not pattern.fullmatch(value):
            violations.append(
                _violation(value, path, f"Member must satisfy regular expression pattern: {shape.pattern}")
            )

    return check


def _compile_number(shape: Shape) -> Check:
    java = INTEGER_NAMES.get(shape.kind) or REAL_NAMES[shape.kind]
    is_whole = shape.kind in INTEGER_NAMES

    def check(value: Any, path: str, violations: list[str]) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wire.scalar_fault(value, java)
        if is_whole and isinstance(value, float):
            # Unsure: AWS may round; an error is the safer answer.
            raise wire.scalar_fault(value, java)
        if shape.minimum is not None and value < shape.minimum:
            bound = f"Member must have value greater than or equal to {int(shape.minimum)}"
            violations.append(_violation(value, path, bound))
        if shape.maximum is not None and value > shape.maximum:
            bound = f"Member must have value less than or equal to {int(shape.maximum)}"
            violations.append(_violation(value, path, bound))

    return check


def _check_boolean(value: Any, path: str, violations: list[str]) -> None:
    if not isinstance(value, bool):
        if isinstance(value, str) and value in BOOLEANS:
            raise _TruthAsText
        raise wire.scalar_fault(value, "Boolean")


def _check_blob(value: Any, path: str, violations: list[str]) -> None:
    wire.to_bytes(value)


def _check_timestamp(value: Any, path: str, violations: list[str]) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not MOMENTS[0] <= value < MOMENTS[1]:
        raise wire.scalar_fault(value, "Date")


def _check_nothing(value: Any, path: str, violations: list[str]) -> None:
    pass


def _check_length(shape: Shape, value: Any, path: str, violations: list[str]) -> None:
    length = len(value)
    if shape.minimum is not None and length < shape.minimum:
        violations.append(
            _violation(
                _shown(value, shape), path, f"Member must have length greater than or equal to {int(shape.minimum)}"
            )
        )
    if shape.maximum is not None and length > shape.maximum:
        violations.append(
            _violation(
                _shown(value, shape), path, f"Member must have length less than or equal to {int(shape.maximum)}"
            )
        )


def _missing(path: str) -> str:
    # Unsure: that AWS says the same of null in a list or map, which no SDK sends.
    return f"Value null at '{path}' failed to satisfy constraint: Member must not be null"


def _violation(value: object, path: str, rule: str) -> str:
    return f"Value '{value}' at '{path}' failed to satisfy constraint: {rule}"


def _java_type(shape: Shape) -> str:
    """How the service's own error texts name what a map holds."""
    if shape.kind == shapes.STRING:
        return "java.lang.String"
    return f"com.amazonaws.dynamodb.v20120810.{shape.name}"


def _shown(value: Any, shape: Shape) -> str:
    """`value` as AWS prints it, in the manner of Java's `toString`."""
    if value is None:
        return "null"
    if shape.kind == shapes.STRUCTURE and isinstance(value, dict):
        members = ", ".join(
            f"{member_name(name)}={_shown(value.get(name), member)}" for name, member in shape.members.items()
        )
        return f"{shape.name}({members})"
    if shape.element is not None and isinstance(value, list | tuple):
        return "[" + ", ".join(_shown(element, shape.element) for element in value) + "]"
    if shape.element is not None and isinstance(value, dict):
        return "{" + ", ".join(f"{key}={_shown(held, shape.element)}" for key, held in value.items()) + "}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):  # an attribute value
        return "AttributeValue(" + ", ".join(f"{tag.lower()}={held}" for tag, held in value.items()) + ")"
    return str(value)
