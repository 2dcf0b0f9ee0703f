"""`DynamoDBError` and one constructor per AWS error code; `UsageError` for the test author.

Texts that belong to one feature stand beside that feature as arguments of these constructors; texts that several
features share stand here. Source: "Error handling with DynamoDB", captures of the service's answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

INVALID_PARAMETERS = "One or more parameter values were invalid: "
"""The opening that AWS writes before many a `ValidationException`."""

ENVELOPE = "1 validation error detected: "
"""The opening of the errors that PutItem, UpdateItem and DeleteItem find before they look up the table."""


class DynamoDBError(Exception):
    """An answer AWS would send: `code`, `message`, `fields` (modelled top-level extras), `status` (HTTP)."""

    def __init__(self, code: str, message: str | None, *, status: int = 400, **fields: object) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.fields = fields

    @property
    def is_retryable(self) -> bool:
        """True if the SDKs retry after this answer."""
        return self.status >= 500 or self.code in RETRYABLE_CODES


RETRYABLE_CODES = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)
"""Source: "Error handling with DynamoDB", column "OK to retry?"."""


CONNECTION_CLOSED = "connection closed"
READ_TIMEOUT = "read timeout"
CONNECT_TIMEOUT = "connect timeout"
CANNOT_CONNECT = "cannot connect"
"""Refused, or the host is unknown."""
NETWORK_FAILURES = (CONNECTION_CLOSED, READ_TIMEOUT, CONNECT_TIMEOUT, CANNOT_CONNECT)
"""How a call can end without an answer."""


class NoAnswer(Exception):
    """The third outcome of a call, besides an answer and a `DynamoDBError`: nothing reaches the caller.

    AWS's SDKs see a network failure and may send the call again; each attempt is a new request, done anew. `code` is
    one of `NETWORK_FAILURES`; `done` is True if this attempt took effect before the connection broke.
    """

    def __init__(self, code: str, *, done: bool = False) -> None:
        if done and code in (CONNECT_TIMEOUT, CANNOT_CONNECT):
            raise ValueError(f"{code}: a request that was never sent cannot take effect")
        super().__init__(f"{code} {'after' if done else 'before'} the effect")
        self.code = code
        self.done = done


class UsageError(Exception):
    """A mistake of the test's author; the text says what is wrong and what to write instead."""


class NotImplementedByMock(NotImplementedError):
    """The application asked for something of DynamoDB that this mock does not serve (yet): refused by name.

    Not a `ClientError`, so that the application's error handling cannot swallow it; `operation` is AWS's name,
    `what` the parameter or feature, None for the whole operation.
    """

    def __init__(self, operation: str, what: str | None = None) -> None:
        named = operation if what is None else f"{operation} with {what}"
        super().__init__(f"pytest-ddbmock does not support {named} yet; nothing was done")
        self.operation = operation
        self.what = what

    def __reduce__(self) -> tuple[type, tuple[str, str | None]]:
        return type(self), (self.operation, self.what)


# ---- malformed requests


def validation(message: str) -> DynamoDBError:
    """Return a `ValidationException`; `message` is AWS's whole text."""
    return DynamoDBError("ValidationException", message)


def enveloped(message: str | None) -> DynamoDBError:
    """Return a `ValidationException` that opens with `1 validation error detected: `."""
    return validation(f"{ENVELOPE}{message}")


def invalid_parameters(message: str) -> DynamoDBError:
    """Return a `ValidationException` that opens with "One or more parameter values were invalid: "."""
    return validation(INVALID_PARAMETERS + message)


def serialization(message: str | None) -> DynamoDBError:
    """Return the error of JSON types that do not fit the service model."""
    return DynamoDBError("SerializationException", message)


def constraints_violated(violations: list[str]) -> DynamoDBError:
    """Return `N validation errors detected: ...`; AWS reports at most ten."""
    shown = violations[:10]
    noun = "error" if len(shown) == 1 else "errors"
    return validation(f"{len(shown)} validation {noun} detected: " + "; ".join(shown))


def invalid_expression(kind: str, detail: str) -> DynamoDBError:
    """Return `Invalid <kind>: <detail>`; `kind` is the parameter's name such as `ConditionExpression`.

    An empty `kind` stands for conditions and updates without such a parameter, as of PartiQL: `detail` alone.
    """
    return validation(f"Invalid {kind}: {detail}" if kind else detail)


def unknown_operation() -> DynamoDBError:
    """Return the error of an operation that the service model does not know."""
    return DynamoDBError("UnknownOperationException", None)


# ---- resources


def resource_not_found(message: str = "Requested resource not found") -> DynamoDBError:
    """Return the error of a missing table, index, stream or shard, or of a table not ready for data operations."""
    return DynamoDBError("ResourceNotFoundException", message)


def table_not_found(name: str) -> DynamoDBError:
    """Return the text of the table operations; data operations name no table."""
    return resource_not_found(f"Requested resource not found: Table: {name} not found")


def backup_table_not_found(name: str) -> DynamoDBError:
    """Return the exception that the backup, recovery and export operations have for a missing table."""
    return DynamoDBError("TableNotFoundException", f"Table not found: {name}")


def table_already_exists(name: str) -> DynamoDBError:
    """Return the error of a restore to the name of an existing table."""
    return DynamoDBError("TableAlreadyExistsException", f"Table already exists: {name}")


def table_in_use(message: str) -> DynamoDBError:
    """Return the error of a restore to the name of a table that is being restored."""
    return DynamoDBError("TableInUseException", message)


def resource_in_use(message: str) -> DynamoDBError:
    """Return the error of a change that the resource's state forbids; `message` is AWS's whole text."""
    return DynamoDBError("ResourceInUseException", message)


def being_changed(detail: str) -> DynamoDBError:
    """Return `ResourceInUseException` for a change that conflicts with another one."""
    return resource_in_use(f"Attempt to change a resource which is still in use: {detail}")


def limit_exceeded(message: str) -> DynamoDBError:
    """Return the error of a quota of the account or table; `message` is AWS's whole text."""
    return DynamoDBError("LimitExceededException", message)


def access_denied(message: str = "Access is denied") -> DynamoDBError:
    """Return the error of a caller without permission."""
    return DynamoDBError("AccessDeniedException", message)


def missing_authentication_token() -> DynamoDBError:
    """Return the error of a request without a signature."""
    return DynamoDBError("MissingAuthenticationTokenException", "Request is missing Authentication Token")


def incomplete_signature(message: str) -> DynamoDBError:
    """Return the error of an unreadable signature; `message` is AWS's whole text."""
    return DynamoDBError("IncompleteSignatureException", message)


# ---- item operations


def conditional_check_failed(item: object = None) -> DynamoDBError:
    """Return the error of a false condition; `item` (wire form) is the stored item if the caller asked for it."""
    fields: dict[str, Any] = {} if item is None else {"Item": item}
    return DynamoDBError("ConditionalCheckFailedException", "The conditional request failed", **fields)


def duplicate_item() -> DynamoDBError:
    """Return the error of a PartiQL INSERT of an existing key."""
    return DynamoDBError("DuplicateItemException", "Duplicate primary key exists in table")


def item_collection_too_large() -> DynamoDBError:
    """Return the error of a partition key value with local indexes that holds more than 10 GB."""
    return DynamoDBError("ItemCollectionSizeLimitExceededException", "Collection size exceeded.")


def transaction_conflict() -> DynamoDBError:
    """Return the error of a single-item write during a transaction on the same item."""
    return DynamoDBError("TransactionConflictException", "Transaction is ongoing for the item")


def transaction_canceled(reasons: Sequence[Mapping[str, Any]]) -> DynamoDBError:
    """Return the error of a canceled transaction; `reasons` holds one of `CancellationReasons` per action, in order."""
    codes = ", ".join(reason["Code"] for reason in reasons)
    return DynamoDBError(
        "TransactionCanceledException",
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
        CancellationReasons=list(reasons),
    )


def transaction_in_progress() -> DynamoDBError:
    """Return the error of a client request token whose transaction is not finished."""
    return DynamoDBError("TransactionInProgressException", "Transaction from previous request is still in progress")


def idempotent_parameter_mismatch() -> DynamoDBError:
    """Return the error of a known token with other parameters. Unsure: the text is the documentation's."""
    return DynamoDBError(
        "IdempotentParameterMismatchException",
        "DynamoDB rejected the request because you retried a request with a different payload but with an idempotent "
        "token that was already used.",
    )


# ---- throttling


def throughput_exceeded(**fields: Any) -> DynamoDBError:
    """Return the error of a provisioned table above its capacity units."""
    return DynamoDBError(
        "ProvisionedThroughputExceededException",
        "The level of configured provisioned throughput for the table was exceeded. Consider increasing your "
        "provisioning level with the UpdateTable API.",
        **fields,
    )


def throttled(message: str | None = None, **fields: Any) -> DynamoDBError:
    """Return the error of an on-demand table (without `message`) or of the control plane above its limits."""
    return DynamoDBError(
        "ThrottlingException",
        message
        or "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your "
        "table or index so please try again shortly. If exceptions persist, check if you have a hot key: "
        "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html",
        **fields,
    )


def request_limit_exceeded(**fields: Any) -> DynamoDBError:
    """Return the error of the account's throughput quota."""
    return DynamoDBError(
        "RequestLimitExceeded",
        "Throughput exceeds the current throughput limit for your account. Please contact AWS Support at "
        "https://aws.amazon.com/support to request a limit increase.",
        **fields,
    )


def internal_server_error(
    message: str = "The request processing has failed because of an unknown error",
) -> DynamoDBError:
    """Return an error with HTTP status 500, which the SDKs retry."""
    return DynamoDBError("InternalServerError", message, status=500)


# ---- streams


def iterator_expired() -> DynamoDBError:
    """Return the error of a shard iterator older than 15 minutes."""
    return DynamoDBError("ExpiredIteratorException", "Shard iterator has expired")


def data_trimmed() -> DynamoDBError:
    """Return the error of a position before the 24 hours that a stream keeps."""
    return DynamoDBError("TrimmedDataAccessException", "The data you are trying to access has been trimmed")


# ---- backups and recovery


def backup_not_found(arn: str) -> DynamoDBError:
    """Return the error of an ARN without a backup, or with a deleted one."""
    return DynamoDBError("BackupNotFoundException", f"Backup not found: {arn}")


def backup_in_use(message: str) -> DynamoDBError:
    """Return the error of a backup that is being made or restored from; `message` is AWS's whole text."""
    return DynamoDBError("BackupInUseException", message)


def backups_unavailable(name: str) -> DynamoDBError:
    """Return the error of a table too new for continuous backups."""
    return DynamoDBError(
        "ContinuousBackupsUnavailableException",
        f"Backups are being enabled for the table: {name}. Please retry later",
    )


def recovery_unavailable(name: str) -> DynamoDBError:
    """Return the error of a restore from a table without point-in-time recovery."""
    return DynamoDBError(
        "PointInTimeRecoveryUnavailableException", f"Point in time recovery is not enabled for table '{name}'"
    )


def invalid_restore_time(message: str) -> DynamoDBError:
    """Return the error of a moment outside the recovery window."""
    return DynamoDBError("InvalidRestoreTimeException", message)


# ---- exports and imports


def export_not_found(detail: str) -> DynamoDBError:
    """Return the error of a missing export."""
    return DynamoDBError("ExportNotFoundException", f"Export not found: {detail}")


def export_conflict() -> DynamoDBError:
    """Return the error of a known client token with other parameters."""
    return DynamoDBError(
        "ExportConflictException", "Export conflict: Duplicate request detected with conflicting parameters"
    )


def invalid_export_time(message: str) -> DynamoDBError:
    """Return the error of a moment or period that cannot be exported; `message` is AWS's whole text."""
    return DynamoDBError("InvalidExportTimeException", message)


def import_not_found(detail: str) -> DynamoDBError:
    """Return the error of a missing import. Unsure: the text, by analogy to exports."""
    return DynamoDBError("ImportNotFoundException", f"Import not found: {detail}")


def import_conflict() -> DynamoDBError:
    """Return the error of a known client token for another table."""
    return DynamoDBError(
        "ImportConflictException", "Import conflict: Duplicate request detected with conflicting parameters"
    )
