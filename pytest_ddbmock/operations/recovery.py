"""UpdateContinuousBackups, DescribeContinuousBackups, RestoreTableToPointInTime."""

from __future__ import annotations

from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.archive import recovery
from pytest_ddbmock.archive.recovery import Image
from pytest_ddbmock.clock import SECOND
from pytest_ddbmock.engine import arns
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.caller import Home
from pytest_ddbmock.engine.operation import Answer, operation
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.operations import restores
from pytest_ddbmock.storage.settings import CREATING, DELETING, Restored
from pytest_ddbmock.storage.table import Table


@operation("UpdateContinuousBackups")
def update_continuous_backups(call: Call) -> Answer:
    """Order: captured answers."""
    specification = call.param("PointInTimeRecoverySpecification")
    call.refuse_unknown(
        specification, ("PointInTimeRecoveryEnabled", "RecoveryPeriodInDays"), "PointInTimeRecoverySpecification"
    )
    wanted, days = specification["PointInTimeRecoveryEnabled"], specification.get("RecoveryPeriodInDays")
    if days is not None and not wanted:
        raise restores.invalid("Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery.")
    table = _table(call)
    if table.settings.status == CREATING:
        raise errors.backup_table_not_found(table.name)
    if call.now < table.settings.backups_from:
        raise errors.backups_unavailable(table.name)
    call.admit()
    table.change_settings(recovery=recovery.enabled(table.settings.recovery, days, call.now) if wanted else None)
    return call.answer(ContinuousBackupsDescription=_description(table, call.now))


@operation("DescribeContinuousBackups")
def describe_continuous_backups(call: Call) -> Answer:
    """Order: captured answers."""
    table = _table(call)
    call.admit()
    return call.answer(ContinuousBackupsDescription=_description(table, call.now))


def _table(call: Call) -> Table:
    given = call.param("TableName")
    table = call.find_table(given)
    if table is None or table.settings.restored is not None:
        raise errors.backup_table_not_found(given)
    return table


def _description(table: Table, now: int) -> dict[str, Any]:
    setting = table.settings.recovery
    shown: dict[str, Any] = {"PointInTimeRecoveryStatus": "DISABLED"}
    if setting is not None:
        between = recovery.window(setting, now)
        shown = {
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": setting.days,
            "EarliestRestorableDateTime": between.earliest // SECOND,
            "LatestRestorableDateTime": between.latest // SECOND,
        }
    is_ready = table.settings.status != CREATING and now >= table.settings.backups_from
    status = "ENABLED" if is_ready else "DISABLED"
    return {"ContinuousBackupsStatus": status, "PointInTimeRecoveryDescription": shown}


@operation("RestoreTableToPointInTime")
def restore_table_to_point_in_time(call: Call) -> Answer:
    """Order: shape, source, recovery enabled, time, target (captured answers); then the overrides."""
    latest = call.param("UseLatestRestorableTime", False)
    given = call.param("RestoreDateTime")
    if latest and given is not None:
        # Unsure: the last sentence.
        raise restores.invalid(
            "Both RestoreDateTime and UseLatestRestorableTime cannot be set for point-in-time restore request. "
            "Please specify only one of them"
        )
    if not latest and given is None:
        raise restores.invalid(
            "Either one of RestoreDateTime or UseLatestRestorableTime must be specified, but not both"
        )
    source = _source(call)
    call.entry.tables = (source.name,)
    setting = source.settings.recovery
    if setting is None:
        raise errors.recovery_unavailable(source.name)
    between = recovery.window(setting, call.now)
    moment = between.latest if given is None else recovery.moment_of(given, between, call.now)
    restores.require_free(call, call.param("TargetTableName"))
    return restores.begin(
        call,
        source.settings,
        lambda: Image(source.schema, source.settings, list(source.as_of(moment))),
        Restored(source.arn, moment if given is None else round(given * SECOND)),
    )


def _source(call: Call) -> Table:
    """The table that SourceTableName or SourceTableArn names."""
    name, arn_text = call.param("SourceTableName"), call.param("SourceTableArn")
    if name is not None and arn_text is not None:
        raise errors.validation("Must provide exactly one of: sourceTableArn, sourceTableName")
    if name is None and arn_text is None:
        raise errors.validation("The parameter 'TableName' is required but was not present in the request")
    home = call.home
    not_found = DynamoDBError("TableNotFoundException", "Table not found")
    if name is None:
        if not arn_text.startswith("arn:"):
            raise errors.invalid_parameters(f"ARNs must start with 'arn:': {arn_text}")
        arn = arns.parse(arn_text)
        if arn is None or arn.kind or not arn_text.startswith(f"arn:{arns.partition_of(arn.region)}:"):
            raise errors.invalid_parameters("sourceTableArn is not a valid ARN")
        if arn.account != home.account:
            raise errors.validation(
                "This action is only supported by accounts that match the resource owner\N{RIGHT SINGLE QUOTATION MARK}"
                "s account."
            )
        restores.require_encryption_across_regions(call, arn.region)
        home = Home(home.account, arn.region)
        name = arn.table
    else:
        not_found = errors.backup_table_not_found(name)
    table = call.engine.catalog.table(home, name)
    if table is None or table.settings.status in (CREATING, DELETING):
        raise not_found
    return table
