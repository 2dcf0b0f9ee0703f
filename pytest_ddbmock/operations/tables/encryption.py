"""SSESpecification: the AWS owned key or the AWS managed key, for new tables and in UpdateTable.

Keys of the user's own (`KMSMasterKeyId`) are not supported.
Source: "DynamoDB encryption at rest"; texts, statuses and quota captured in us-west-2 and us-east-1, 2026-10.
"""

from __future__ import annotations

import dataclasses

from pytest_ddbmock import errors
from pytest_ddbmock.clock import DAY, HOUR, SECOND, iso_milliseconds
from pytest_ddbmock.engine import arns
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.errors import NotImplementedByMock
from pytest_ddbmock.operations.tables.definition import Wire
from pytest_ddbmock.operations.tables.update_steps import Step
from pytest_ddbmock.storage.settings import UPDATING, Encryption, Settings

FREE_CHANGES = 4
"""Changes of a table's encryption in 24 hours, before one in six hours is allowed."""
INTERVAL = 6 * HOUR


def wanted_encryption(given: Wire | None, call: Call, where: str = "SSESpecification") -> Encryption | None:
    """Return the encryption that a specification asks for, None for the AWS owned key; `where` is the parameter.

    Errors: `ValidationException`; `NotImplementedByMock` for a key of the user's own.
    """
    if given is None:
        return None
    call.refuse_unknown(given, ("Enabled", "SSEType", "KMSMasterKeyId"), where)
    enabled, kind, key = given.get("Enabled"), given.get("SSEType"), given.get("KMSMasterKeyId")
    if enabled is False:
        if kind is not None:
            raise errors.invalid_parameters("SSEType can not be specified if Enabled is false")
        if key is not None:
            raise errors.invalid_parameters("KMSMasterKeyId can not be specified if Enabled is false")
        return None
    if kind == "AES256":
        raise errors.invalid_parameters("SSEType AES256 is not supported")
    if key is not None:
        if kind is None:
            raise errors.invalid_parameters("SSEType KMS is required if KMSMasterKeyId is specified")
        raise NotImplementedByMock(call.operation, f"{where}.KMSMasterKeyId")
    if enabled or kind is not None:
        return Encryption(arns.managed_key_arn(call.home))
    return None


def restored_encryption(source: Encryption | None, call: Call) -> Encryption | None:
    """Return the encryption of a table restored from one with `source`, unless overridden: the same kind of key.

    Errors: `ValidationException`; `NotImplementedByMock` for a key of the user's own.
    """
    override = call.param("SSESpecificationOverride")
    if override is not None:
        return wanted_encryption(override, call, "SSESpecificationOverride")
    return None if source is None or source.key_arn is None else Encryption(source.key_arn)


def encryption_steps(call: Call, settings: Settings, wanted: Encryption | None) -> list[Step]:
    """Return what UpdateTable's SSESpecification does; the table stays ACTIVE meanwhile.

    Asking for the AWS managed key again is a change too. Errors: `LimitExceededException`, `ValidationException`.
    """
    moment, current = call.now, settings.encryption
    if wanted is None:
        if current is None:
            raise errors.invalid_parameters("Table is already encrypted by default")
    else:
        _require_few_changes(settings, moment)
    during = Encryption(None if current is None else current.key_arn, UPDATING)
    return [
        Step(
            at_once=lambda now: dataclasses.replace(
                now, encryption=during, encryption_changes=(*now.encryption_changes, moment)
            ),
            when_done=lambda now: dataclasses.replace(now, encryption=wanted),
        )
    ]


def _require_few_changes(settings: Settings, now: int) -> None:
    """Raise if the key has been changed too often; a change to the AWS owned key counts, but is always allowed."""
    recent = [moment for moment in settings.encryption_changes if moment > now - DAY]
    if len(recent) >= FREE_CHANGES and now < recent[-1] + INTERVAL:
        end, last, following = (
            iso_milliseconds(at) + "Z" for at in (recent[0] + DAY, recent[-1], recent[-1] + INTERVAL)
        )
        raise errors.limit_exceeded(
            f"Subscriber limit exceeded: Encryption mode changes are limited in the 24h window ending at {end}. After "
            f"the first {FREE_CHANGES} change, each subsequent change in the same window can be performed at most once "
            f"every {INTERVAL // SECOND} seconds. Number of updates today: {len(recent)}. Last change at {last}. "
            f"Next changes can be made at {following}."
        )
