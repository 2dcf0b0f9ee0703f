"""EnableKinesisStreamingDestination, Disable..., Update..., DescribeKinesisStreamingDestination.

Source: captured answers for texts; "Using Kinesis Data Streams to capture changes to DynamoDB".
"""

from __future__ import annotations

from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.operation import Answer, operation
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.followers.kinesis import (
    ACTIVE,
    DISABLED,
    DISABLING,
    ENABLE_FAILED,
    ENABLING,
    MILLISECOND,
    UPDATING,
    Destination,
    Destinations,
    refusal_of,
)
from pytest_ddbmock.storage.settings import CREATING, DELETING
from pytest_ddbmock.storage.table import Table

PRECISION = "ApproximateCreationDateTimePrecision"
ENABLE, UPDATE = "EnableKinesisStreamingConfiguration", "UpdateKinesisStreamingConfiguration"


@operation("EnableKinesisStreamingDestination")
def enable_kinesis_streaming_destination(call: Call) -> Answer:
    """Order: the table, its status, whether it streams already. A wrong data stream makes it fail later."""
    stream_arn, configuration = call.param("StreamArn"), _configuration(call, ENABLE)
    table = _table(call)
    known = call.engine.state(Destinations)
    if any(one.status not in (DISABLED, ENABLE_FAILED) for one in known.of(table)):
        raise _wrong_state(
            "EnableKinesisStreamingDestination must be DISABLED or ENABLE_FAILED to perform ENABLE operation."
        )
    call.admit()
    wanted = Destination(stream_arn, ENABLING, configuration.get(PRECISION, MILLISECOND))
    refusal = refusal_of(stream_arn, table)
    known.put(table, wanted)

    def finish(due: int) -> None:
        if refusal is not None:
            known.put(table, wanted._replace(status=ENABLE_FAILED, description=refusal, ended_at=due))
        else:
            known.put(table, wanted._replace(status=ACTIVE, start=call.engine.seq))

    call.engine.agenda.add(call.now + call.engine.rules.pace, finish)
    return _answer(call, table, wanted, **{ENABLE: configuration})


@operation("DisableKinesisStreamingDestination")
def disable_kinesis_streaming_destination(call: Call) -> Answer:
    """Order: the configuration, the table, whether it streams there."""
    stream_arn = call.param("StreamArn")
    if call.param(ENABLE) is not None:
        raise errors.validation("Stream cannot be disabled using EnableKinesisStreamingConfiguration parameters")
    table = _table(call)
    known = call.engine.state(Destinations)
    found = known.find(table, stream_arn)
    if found is None or found.status != ACTIVE:
        raise _wrong_state("KinesisStreamingDestination must be ACTIVE to perform DISABLE operation.")
    call.admit()
    ending = found._replace(status=DISABLING, end=call.engine.seq)
    known.put(table, ending)

    def finish(due: int) -> None:
        known.put(table, ending._replace(status=DISABLED, ended_at=due))

    call.engine.agenda.add(call.now + call.engine.rules.pace, finish)
    # Unsure: seen in the answer to Enable only.
    return _answer(call, table, ending, **{ENABLE: {}})


@operation("UpdateKinesisStreamingDestination")
def update_kinesis_streaming_destination(call: Call) -> Answer:
    """Order: the configuration, the table, the destination, its status, whether anything changes (Unsure)."""
    stream_arn, configuration = call.param("StreamArn"), _configuration(call, UPDATE)
    precision = configuration.get(PRECISION)
    if precision is None:
        raise errors.validation(
            "Streaming destination cannot be updated with given parameters: "
            "UpdateKinesisStreamingConfiguration cannot be null or contain only null values"
        )
    table = _table(call)
    known = call.engine.state(Destinations)
    found = known.find(table, stream_arn)
    if found is None:
        raise _wrong_state(
            f"No streaming destination with streamArn: {stream_arn} found for table with tableName: {table.name}"
        )
    if found.status != ACTIVE:
        raise _wrong_state(
            "Kinesis streaming is not in ACTIVE state. Updates are only allowed in ACTIVE state. "
            f"TableName: {table.name}, kdsArn: {stream_arn}"
        )
    if found.precision == precision:
        raise errors.validation(
            f"Invalid Request: Precision is already set to the desired value of {precision} "
            f"for tableId: {table.id}, kdsArn: {stream_arn}"
        )
    call.admit()
    updating = found._replace(status=UPDATING)
    known.put(table, updating)

    def finish(due: int) -> None:
        known.put(table, updating._replace(status=ACTIVE, precision=precision))

    call.engine.agenda.add(call.now + call.engine.rules.pace, finish)
    return _answer(call, table, updating, **{UPDATE: configuration})


@operation("DescribeKinesisStreamingDestination")
def describe_kinesis_streaming_destination(call: Call) -> Answer:
    """Order: the table."""
    table = call.usable_table()
    call.admit()
    shown = [_shown(one) for one in call.engine.state(Destinations).of(table) if one.is_listed(call.now)]
    return call.answer(TableName=table.name, KinesisDataStreamDestinations=shown)


def _shown(destination: Destination) -> dict[str, Any]:
    shown = {"StreamArn": destination.stream_arn, "DestinationStatus": destination.status}
    if destination.description is not None:
        shown["DestinationStatusDescription"] = destination.description
    if destination.precision != MILLISECOND:
        shown[PRECISION] = destination.precision
    return shown


def _configuration(call: Call, name: str) -> dict[str, Any]:
    """Return a copy of a configuration; empty if there is none, or none with a value."""
    given: dict[str, Any] = call.param(name, {})
    call.refuse_unknown(given, (PRECISION,), name)
    precision = given.get(PRECISION)
    return {} if precision is None else {PRECISION: precision}


def _table(call: Call) -> Table:
    """Return the table, which is neither being created nor being deleted.

    Errors: `ResourceNotFoundException`, `ResourceInUseException` (Unsure).
    """
    table = call.usable_table()
    if table.settings.status == CREATING:
        raise errors.being_changed(f"Table is being created: {table.name}")
    if table.settings.status == DELETING:
        raise errors.being_changed(f"Table is being deleted: {table.name}")
    return table


def _wrong_state(reason: str) -> DynamoDBError:
    return errors.validation(f"Table is not in a valid state to enable Kinesis Streaming Destination: {reason}")


def _answer(call: Call, table: Table, destination: Destination, **configuration: Any) -> Answer:
    return call.answer(
        TableName=table.name,
        StreamArn=destination.stream_arn,
        DestinationStatus=destination.status,
        **configuration,
    )
