"""DescribeLimits, DescribeEndpoints and the quotas of an account in a Region.

Source: "Service, account, and table quotas in Amazon DynamoDB"; captured answers for the texts.
"""

from __future__ import annotations

from collections.abc import Iterable

from pytest_ddbmock import errors
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.operation import Answer, operation
from pytest_ddbmock.operations.tables.definition import LIMIT_NAMES, READ_UNITS, WARM_NAMES, WRITE_UNITS, Wire
from pytest_ddbmock.storage.settings import ACTIVE, Throughput

ACCOUNT_UNITS = 80_000
"""Provisioned read units of all tables and indexes of an account in a Region; as many write units."""
TABLE_UNITS = 40_000
"""Provisioned or on-demand read units of a table and of each global index; as many write units."""
MAX_TABLES = 2_500
MAX_TABLES_CHANGING = 500
MAX_INDEXED_TABLES_CHANGING = 250

SEE_GUIDE = "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."

ENDPOINT_CACHE_MINUTES = 1440


@operation("DescribeLimits")
def describe_limits(call: Call) -> Answer:
    """Order: no checks."""
    call.admit()
    return call.answer(
        AccountMaxReadCapacityUnits=ACCOUNT_UNITS,
        AccountMaxWriteCapacityUnits=ACCOUNT_UNITS,
        TableMaxReadCapacityUnits=TABLE_UNITS,
        TableMaxWriteCapacityUnits=TABLE_UNITS,
    )


@operation("DescribeEndpoints")
def describe_endpoints(call: Call) -> Answer:
    """Order: no checks."""
    call.admit()
    region = call.home.region
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    endpoint = {"Address": f"dynamodb.{region}.{suffix}", "CachePeriodInMinutes": ENDPOINT_CACHE_MINUTES}
    return call.answer(Endpoints=[endpoint])


def require_table_quota(call: Call, *, has_indexes: bool) -> None:
    """Raise if a new table exceeds the account's number of tables, or of tables that change at the same time.

    Errors: `LimitExceededException`.
    """
    if len(call.engine.catalog.tables(call.home)) >= MAX_TABLES:
        raise errors.limit_exceeded(
            f"Subscriber limit exceeded: There is a limit of {MAX_TABLES} tables per subscriber"
        )
    require_few_changing(call, has_indexes=has_indexes)


def require_few_changing(call: Call, *, has_indexes: bool) -> None:
    """Raise if too many tables are being created, updated or deleted.

    Errors: `LimitExceededException`.
    """
    maximum = MAX_INDEXED_TABLES_CHANGING if has_indexes else MAX_TABLES_CHANGING
    tables = call.engine.catalog.tables(call.home)
    if sum(table.settings.status != ACTIVE for table in tables) >= maximum:
        raise errors.limit_exceeded(
            f"Subscriber limit exceeded: Only {maximum} tables can be created, updated, or deleted simultaneously"
        )


def require_table_units(call: Call, wanted: Throughput, *, index: str | None = None) -> None:
    """Raise if the provisioned capacity of a table or index exceeds its quota.

    Errors: `LimitExceededException`.
    """
    kind, where = ("table", ",") if index is None else ("index", f" for index {index},")
    for name, units in ((READ_UNITS, wanted.read), (WRITE_UNITS, wanted.write)):
        if units > TABLE_UNITS:
            raise errors.limit_exceeded(
                f"The requested {name}{where} {units}, is above the per {kind} maximum for the account in "
                f"{call.home.region}. Per {kind} maximum: {TABLE_UNITS}. {SEE_GUIDE}"
            )


def require_account_units(call: Call, wanted: Iterable[Throughput], replaced: Iterable[Throughput] = ()) -> None:
    """Raise if the account's provisioned capacity is exceeded with `wanted` in place of `replaced`.

    Errors: `LimitExceededException`.
    """
    reserved_read = reserved_write = 0
    for table in call.engine.catalog.tables(call.home):
        for throughput in (table.settings.throughput, *(index.throughput for index in table.settings.global_indexes)):
            reserved_read += throughput.read
            reserved_write += throughput.write
    added, gone = list(wanted), list(replaced)
    read = sum(throughput.read for throughput in added) - sum(throughput.read for throughput in gone)
    write = sum(throughput.write for throughput in added) - sum(throughput.write for throughput in gone)
    for name, reserved, more in ((READ_UNITS, reserved_read, read), (WRITE_UNITS, reserved_write, write)):
        if more > 0 and reserved + more > ACCOUNT_UNITS:
            raise errors.limit_exceeded(
                f"This request would have caused the {name} limit to be exceeded for the account in "
                f"{call.home.region}. Current {name} reserved by the account: {reserved}. Limit: {ACCOUNT_UNITS}. "
                f"Requested: {more}. {SEE_GUIDE}"
            )


def require_limits_within_quota(call: Call, limits: Wire, *, index: str | None = None) -> None:
    """Raise if OnDemandThroughput or WarmThroughput of a table or index exceeds its quota.

    Errors: `LimitExceededException`.
    """
    where = "table" if index is None else f"index {index}"
    for name, value in limits.items():
        if name in LIMIT_NAMES + WARM_NAMES and value is not None and value > TABLE_UNITS:
            kind = "OnDemandThroughput" if name in LIMIT_NAMES else "WarmThroughput"
            units = READ_UNITS if "Read" in name else WRITE_UNITS
            raise errors.limit_exceeded(
                f"Subscriber limit exceeded: Requested {name} for {kind} for {where} exceeds TableMax{units} of the "
                f"account in region {call.home.region}"
            )
