"""Event source mappings, from options of a test or from a deployment -> `EventSource`.

Options in snake_case, the parameters of CreateEventSourceMapping, and the `Events` of a SAM function.
Source: "CreateEventSourceMapping" (API reference); "DynamoDB" (AWS SAM event types).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.followers.event_source import (
    LATEST,
    MAX_FILTERS,
    RANGES,
    REPORT_BATCH_ITEM_FAILURES,
    TRIM_HORIZON,
    UNLIMITED,
    EventSource,
)
from pytest_ddbmock.followers.patterns import compile_pattern
from pytest_ddbmock.testkit import options
from pytest_ddbmock.testkit.options import near

__tracebackhide__ = options.__tracebackhide__

WITHOUT_EFFECT = frozenset(
    {"KMSKeyArn", "KmsKeyArn", "LoggingConfig", "MetricsConfig", "ProvisionedPollerConfig", "Tags"}
)
"""Members of a mapping that do not affect what a function gets."""

OF_OTHER_SOURCES = frozenset(
    {
        "AmazonManagedKafkaEventSourceConfig",
        "DocumentDBEventSourceConfig",
        "Queues",
        "ScalingConfig",
        "SelfManagedEventSource",
        "SelfManagedKafkaEventSourceConfig",
        "SourceAccessConfigurations",
        "StartingPositionTimestamp",
        "Topics",
    }
)
"""Members of a mapping that AWS rejects for a DynamoDB stream."""


def read_options(given: Mapping[str, Any], where: str, spelled: Callable[[str], str] = str) -> EventSource:
    """Return the event source of options in snake_case.

    `where` and `spelled` say how error messages begin and how they spell the names of options. Errors: `UsageError`
    with near names, and with AWS's ranges.
    """
    read: dict[str, Any] = {}
    for name, value in given.items():
        if name not in OPTIONS:
            raise UsageError(f'{where}: unknown option "{name}"{near(name, (*OPTIONS, "eager", "duplicates"))}')
        if value is None:
            continue
        field = FIELDS.get(name, name)
        if field in read:
            raise UsageError(f"{where}: pass on_failure or destination_config, not both")
        try:
            read[field] = _number(name, value) if name in RANGES else READERS[name](value)
        except UsageError as error:
            raise UsageError(f"{where}: invalid {spelled(name)}={value!r}: {error}") from None
    return EventSource(**read)


def _number(name: str, value: Any) -> int:
    lowest, highest = RANGES[name]
    if name == "maximum_record_age_in_seconds" and value == UNLIMITED:
        return UNLIMITED
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        unlimited = ", or -1 for no limit" if name == "maximum_record_age_in_seconds" else ""
        raise UsageError(f"use a whole number from {lowest} to {highest}{unlimited}")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise UsageError("use True or False")
    return value


def _starting_position(value: Any) -> str:
    if value not in (TRIM_HORIZON, LATEST):
        raise UsageError(f"a DynamoDB stream is read from {TRIM_HORIZON} or {LATEST}")
    return str(value)


def _response_types(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or any(one != REPORT_BATCH_ITEM_FAILURES for one in value):
        raise UsageError(f'use ["{REPORT_BATCH_ITEM_FAILURES}"] or []')
    return tuple(value)


def _filters(value: Any) -> tuple[str, ...]:
    """Return the patterns of `{"Filters": [{"Pattern": "<JSON>"}]}`."""
    filters = value.get("Filters", []) if isinstance(value, Mapping) and set(value) <= {"Filters"} else None
    if not isinstance(filters, list | tuple) or not all(
        isinstance(one, Mapping) and set(one) == {"Pattern"} for one in filters
    ):
        raise UsageError('use {"Filters": [{"Pattern": "<JSON>"}]}')
    if len(filters) > MAX_FILTERS:
        raise UsageError(f"a mapping has at most {MAX_FILTERS} filters, this one has {len(filters)}")
    patterns = tuple(one["Pattern"] for one in filters)
    for pattern in patterns:
        compile_pattern(pattern)
    return patterns


def _function_name(value: Any) -> str:
    """Return the name of a function, which may be given by its ARN."""
    return str(value).rpartition(":function:")[2]


def _destination_config(value: Any) -> Any:
    """Return the destination of `{"OnFailure": {"Destination": "<ARN>"}}`; None without one."""
    if not isinstance(value, Mapping) or not set(value) <= {"OnFailure", "OnSuccess"}:
        raise UsageError('use {"OnFailure": {"Destination": "<ARN>"}}')
    if value.get("OnSuccess"):
        raise UsageError("the mapping of a stream has no OnSuccess destination")
    on_failure = value.get("OnFailure") or {}
    if not isinstance(on_failure, Mapping) or not set(on_failure) <= {"Destination", "Type"}:
        raise UsageError("OnFailure must be an object with Destination")
    destination = on_failure.get("Destination")
    if isinstance(destination, Mapping):
        # A reference in a template, whose value is unknown.
        return f"arn:aws:{str(on_failure.get('Type', 'SQS')).lower()}:::{logical_id(destination) or 'destination'}"
    return None if destination is None else _on_failure(destination)


def _on_failure(value: Any) -> Any:
    if callable(value):
        return value
    if not (isinstance(value, str) and re.match(r"arn:[a-z-]+:(sqs|sns|s3|kafka):", value)):
        raise UsageError("use the ARN of a queue, topic or bucket, or a function")
    return value


READERS: Mapping[str, Callable[[Any], Any]] = {
    "bisect_batch_on_function_error": _flag,
    "destination_config": _destination_config,
    "enabled": _flag,
    "filter_criteria": _filters,
    "function_name": _function_name,
    "function_response_types": _response_types,
    "on_failure": _on_failure,
    "starting_position": _starting_position,
}
"""How the values of options are read, besides those of `RANGES`."""

FIELDS = {"destination_config": "on_failure", "filter_criteria": "filters"}
"""The field of `EventSource` that an option sets, where it has another name."""

OPTIONS = (*RANGES, *READERS)
"""The options of `connect` besides `eager` and `duplicates`."""


# ---- as deployed


def read_mapping(given: Mapping[str, Any], where: str, *, besides: Sequence[str] = ()) -> EventSource:
    """Return the event source of the parameters of CreateEventSourceMapping; `besides` are members read elsewhere.

    Errors: as for `read_options`; `UsageError` for parameters that AWS rejects for a DynamoDB stream.
    """
    names = {camel(name): name for name in OPTIONS if name != "on_failure"}
    read = {}
    for name, value in given.items():
        if name in names:
            read[names[name]] = value
        elif name in OF_OTHER_SOURCES:
            raise UsageError(f"{where}: {name} is not allowed for DynamoDB streams")
        elif name not in WITHOUT_EFFECT and name not in besides:
            raise UsageError(f'{where}: unknown parameter "{name}"{near(name, (*names, *besides))}')
    if read.get("starting_position") is None:
        raise UsageError(f"{where}: StartingPosition is missing: use {TRIM_HORIZON} or {LATEST}")
    return read_options(read, where, camel)


def camel(name: str) -> str:
    """Return `BatchSize` for `batch_size`."""
    return "".join(part.capitalize() for part in name.split("_"))


def table_of_arn(arn: Any, where: str) -> str:
    """Return the name of the table whose stream an `EventSourceArn` names.

    Account, Region and label belong to the deployment, not to the test.
    """
    found = re.fullmatch(r"arn:[a-z-]+:dynamodb:[^:]*:[^:]*:table/([^/]+)/stream/[^/]+", str(arn))
    if found is None:
        raise UsageError(
            f'{where}: invalid EventSourceArn {arn!r}: use "arn:aws:dynamodb:...:table/<name>/stream/<label>"'
        )
    return found[1]


@dataclasses.dataclass(frozen=True)
class SamEvent:
    """One event of type `DynamoDB` of a SAM function."""

    name: str
    table: str
    """Its logical id in the template, or its name if the ARN is written out."""
    source: EventSource


def read_sam(given: Mapping[str, Any], where: str) -> list[SamEvent]:
    """Return the DynamoDB events of a SAM function: the resource, its `Properties` or its `Events`, as parsed YAML.

    Errors: `UsageError` if there is none, and as for `read_mapping`.
    """
    properties = given.get("Properties", given)
    events = properties.get("Events", properties)
    if not isinstance(events, Mapping):
        raise UsageError(f"{where}: Events must be an object, not {events!r}")
    found = []
    for name, event in events.items():
        if not isinstance(event, Mapping) or event.get("Type") != "DynamoDB":
            continue
        place = f"{where}: {name}"
        members = event.get("Properties")
        if not isinstance(members, Mapping) or "Stream" not in members:
            raise UsageError(f"{place}: an event of type DynamoDB needs Properties with Stream")
        found.append(SamEvent(name, _sam_table(members["Stream"], place), read_mapping(members, place, besides=_SAM)))
    if not found:
        raise UsageError(f'{where}: no event with "Type": "DynamoDB"')
    return found


_SAM = ("Stream",)


def _sam_table(stream: Any, where: str) -> str:
    if isinstance(stream, str) and stream.startswith("arn:"):
        return table_of_arn(stream, where)
    found = logical_id(stream)
    if found is None:
        raise UsageError(
            f'{where}: invalid Stream {stream!r}: use an ARN or {{"Fn::GetAtt": ["<table>", "StreamArn"]}}'
        )
    return found


def logical_id(reference: Any) -> str | None:
    """Return the resource that `Fn::GetAtt` (a list or `Table.StreamArn`) or `Ref` names; None for anything else."""
    if isinstance(reference, Mapping):
        reference = reference.get("Fn::GetAtt", reference.get("Ref"))
    if isinstance(reference, list | tuple) and reference:
        reference = reference[0]
    return reference.partition(".")[0] if isinstance(reference, str) and reference else None
