"""Event source mappings as a test writes them or as they are deployed -> `EventSource`.

Options in snake_case, the parameters of CreateEventSourceMapping, and the `Events` of a SAM function.
Source: "CreateEventSourceMapping" (API reference); "DynamoDB" (AWS SAM event types).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
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

FLAGS = ("bisect_batch_on_function_error", "enabled")

OPTIONS = (
    *RANGES,
    *FLAGS,
    "destination_config",
    "filter_criteria",
    "function_name",
    "function_response_types",
    "on_failure",
    "starting_position",
)
"""What `connect` takes besides `eager` and `duplicates`."""

WITHOUT_EFFECT = frozenset(
    {"KMSKeyArn", "KmsKeyArn", "LoggingConfig", "MetricsConfig", "ProvisionedPollerConfig", "Tags"}
)
"""Members of a mapping that change nothing about what a function gets."""

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
"""Members of a mapping that AWS refuses for a DynamoDB stream."""


def read_options(given: Mapping[str, Any], where: str) -> EventSource:
    """Options by their names in snake_case; `where` opens the message.

    Errors: `UsageError` with near names, and with AWS's ranges.
    """
    read: dict[str, Any] = {}
    for name, value in given.items():
        if name not in OPTIONS:
            raise UsageError(f'{where}: there is no option "{name}"{near(name, (*OPTIONS, "eager", "duplicates"))}')
        if value is None:
            continue
        if name in RANGES:
            read[name] = _number(name, value, where)
        elif name in FLAGS:
            if not isinstance(value, bool):
                raise UsageError(f"{where}: {name} is True or False, not {value!r}")
            read[name] = value
        elif name == "starting_position":
            read[name] = _starting_position(value, where)
        elif name == "function_response_types":
            read[name] = _response_types(value, where)
        elif name == "filter_criteria":
            read["filters"] = _filters(value, where)
        elif name == "function_name":
            read[name] = str(value).rpartition(":function:")[2]
        else:
            if "on_failure" in read:
                raise UsageError(f"{where}: give on_failure or destination_config, not both")
            read["on_failure"] = _destination(value, where) if name == "destination_config" else _sink(value, where)
    return EventSource(**read)


def _number(name: str, value: Any, where: str) -> int:
    lowest, highest = RANGES[name]
    if name == "maximum_record_age_in_seconds" and value == UNLIMITED:
        return UNLIMITED
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        besides = ", or -1 for no limit" if name == "maximum_record_age_in_seconds" else ""
        raise UsageError(f"{where}: {name}={value!r} is no whole number from {lowest} to {highest}{besides}")
    return value


def _starting_position(value: Any, where: str) -> str:
    if value not in (TRIM_HORIZON, LATEST):
        raise UsageError(f"{where}: a DynamoDB stream is read from {TRIM_HORIZON} or {LATEST}, not from {value!r}")
    return str(value)


def _response_types(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or any(one != REPORT_BATCH_ITEM_FAILURES for one in value):
        raise UsageError(f'{where}: function_response_types is ["{REPORT_BATCH_ITEM_FAILURES}"] or [], not {value!r}')
    return tuple(value)


def _filters(value: Any, where: str) -> tuple[str, ...]:
    """`{"Filters": [{"Pattern": "<JSON>"}]}`."""
    filters = value.get("Filters", []) if isinstance(value, Mapping) and set(value) <= {"Filters"} else None
    if not isinstance(filters, list | tuple) or not all(
        isinstance(one, Mapping) and set(one) == {"Pattern"} for one in filters
    ):
        raise UsageError(f'{where}: filter_criteria is {{"Filters": [{{"Pattern": "<JSON>"}}]}}, not {value!r}')
    if len(filters) > MAX_FILTERS:
        raise UsageError(f"{where}: a mapping has at most {MAX_FILTERS} filters, this one {len(filters)}")
    patterns = tuple(one["Pattern"] for one in filters)
    for pattern in patterns:
        try:
            compile_pattern(pattern)
        except UsageError as error:
            raise UsageError(f"{where}: {error}") from None
    return patterns


def _destination(value: Any, where: str) -> Any:
    """`{"OnFailure": {"Destination": "<ARN>"}}`; without a destination it says nothing."""
    if not isinstance(value, Mapping) or not set(value) <= {"OnFailure", "OnSuccess"}:
        raise UsageError(f'{where}: destination_config is {{"OnFailure": {{"Destination": "<ARN>"}}}}, not {value!r}')
    if value.get("OnSuccess"):
        raise UsageError(f"{where}: a stream has no destination for success")
    on_failure = value.get("OnFailure") or {}
    if not isinstance(on_failure, Mapping) or not set(on_failure) <= {"Destination", "Type"}:
        raise UsageError(f"{where}: OnFailure is an object with Destination, not {on_failure!r}")
    destination = on_failure.get("Destination")
    if isinstance(destination, Mapping):
        # A reference in a template; what it stands for is nowhere known.
        return f"arn:aws:{str(on_failure.get('Type', 'SQS')).lower()}:::{logical_id(destination) or 'destination'}"
    return None if destination is None else _sink(destination, where)


def _sink(value: Any, where: str) -> Any:
    if callable(value):
        return value
    if not (isinstance(value, str) and re.match(r"arn:[a-z-]+:(sqs|sns|s3|kafka):", value)):
        raise UsageError(
            f"{where}: a batch that is given up goes to the ARN of a queue, a topic or a bucket, or to a function, "
            f"not to {value!r}"
        )
    return value


# ---- as it is deployed


def read_mapping(given: Mapping[str, Any], where: str, *, besides: Sequence[str] = ()) -> EventSource:
    """The parameters of CreateEventSourceMapping; `besides` are members that are read elsewhere.

    Errors: as of `read_options`; `UsageError` for what AWS refuses of a DynamoDB stream.
    """
    names = {camel(name): name for name in OPTIONS if name != "on_failure"}
    read = {}
    for name, value in given.items():
        if name in names:
            read[names[name]] = value
        elif name in OF_OTHER_SOURCES:
            raise UsageError(f"{where}: {name} is not for DynamoDB streams")
        elif name not in WITHOUT_EFFECT and name not in besides:
            raise UsageError(f'{where}: there is no parameter "{name}"{near(name, (*names, *besides))}')
    if read.get("starting_position") is None:
        raise UsageError(f"{where}: StartingPosition is required, {TRIM_HORIZON} or {LATEST}")
    return read_options(read, where)


def camel(name: str) -> str:
    """`BatchSize` for `batch_size`."""
    return "".join(part.capitalize() for part in name.split("_"))


def table_of_arn(arn: Any, where: str) -> str:
    """The table whose stream an `EventSourceArn` names.

    Account, Region and label are those of what was deployed, not of the test: only the name counts.
    """
    found = re.fullmatch(r"arn:[a-z-]+:dynamodb:[^:]*:[^:]*:table/([^/]+)/stream/[^/]+", str(arn))
    if found is None:
        raise UsageError(f'{where}: EventSourceArn is "arn:aws:dynamodb:...:table/<name>/stream/<label>", not {arn!r}')
    return found[1]


@dataclasses.dataclass(frozen=True)
class SamEvent:
    """One event of type `DynamoDB` of a SAM function."""

    name: str
    table: str
    """As the template calls it: its logical id, or its name where the ARN is written out."""
    source: EventSource


def read_sam(given: Mapping[str, Any], where: str) -> list[SamEvent]:
    """The DynamoDB events of a SAM function: the resource, its `Properties`, or its `Events`, as parsed YAML.

    Errors: `UsageError` when there is none, and as of `read_mapping`.
    """
    properties = given.get("Properties", given)
    events = properties.get("Events", properties)
    if not isinstance(events, Mapping):
        raise UsageError(f"{where}: Events is to be an object, not {events!r}")
    found = []
    for name, event in events.items():
        if not isinstance(event, Mapping) or event.get("Type") != "DynamoDB":
            continue
        place = f"{where}: {name}"
        members = event.get("Properties")
        if not isinstance(members, Mapping) or "Stream" not in members:
            raise UsageError(f"{place}: an event of type DynamoDB has Properties with Stream")
        found.append(SamEvent(name, _sam_table(members["Stream"], place), read_mapping(members, place, besides=_SAM)))
    if not found:
        raise UsageError(f'{where}: there is no event with "Type": "DynamoDB"')
    return found


_SAM = ("Stream",)


def _sam_table(stream: Any, where: str) -> str:
    if isinstance(stream, str) and stream.startswith("arn:"):
        return table_of_arn(stream, where)
    found = logical_id(stream)
    if found is None:
        raise UsageError(
            f'{where}: Stream is to be an ARN or {{"Fn::GetAtt": ["<table>", "StreamArn"]}}, not {stream!r}'
        )
    return found


def logical_id(reference: Any) -> str | None:
    """The resource that `Fn::GetAtt` (a list or `Table.StreamArn`) or `Ref` names; None for anything else."""
    if isinstance(reference, Mapping):
        reference = reference.get("Fn::GetAtt", reference.get("Ref"))
    if isinstance(reference, list | tuple) and reference:
        reference = reference[0]
    return reference.partition(".")[0] if isinstance(reference, str) and reference else None
