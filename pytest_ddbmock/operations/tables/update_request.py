"""The parameters of UpdateTable, and which of them fit together.

Source: "UpdateTable" (API reference), captured answers for the texts.
"""

from __future__ import annotations

from pytest_ddbmock import errors
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.operations.tables import definition
from pytest_ddbmock.operations.tables.definition import Wire

CONCERNS = (
    "ProvisionedThroughput",
    "BillingMode",
    "StreamSpecification",
    "GlobalSecondaryIndexUpdates",
    "SSESpecification",
    "DeletionProtectionEnabled",
    "OnDemandThroughput",
    "WarmThroughput",
    "TableClass",
)
"""The parameters that change something."""

NOTHING_TO_CHANGE = (
    "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, "
    "SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, "
    "DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required"
)

ALONE = {
    "SSESpecification": "Server-Side Encryption modification must be the only operation in the request",
    "TableClass": "TableClass modification must be the only operation in the request",
    "DeletionProtectionEnabled": "DeletionProtection modification must be the only operation in the request",
}
"""What must be the only change of a request, in the order in which AWS reports it."""


class UpdateRequest:
    """The parameters of UpdateTable."""

    def __init__(self, call: Call) -> None:
        self.table: str = call.param("TableName")
        self.attributes: list[Wire] = call.param("AttributeDefinitions", [])
        self.billing_mode: str | None = call.param("BillingMode")
        self.throughput = definition.throughput(call.param("ProvisionedThroughput"), call)
        self.stream: Wire | None = call.param("StreamSpecification")
        self.encryption: Wire | None = call.param("SSESpecification")
        self.table_class: str | None = call.param("TableClass")
        self.protection: bool | None = call.param("DeletionProtectionEnabled")
        self.limits = definition.on_demand_limits(call.param("OnDemandThroughput"), call)
        self.warm: Wire | None = call.param("WarmThroughput")
        self.index_updates: list[Wire] = call.param("GlobalSecondaryIndexUpdates", [])
        self.concerns = [name for name in CONCERNS if call.param(name) is not None]
        """What the request wants to change; an empty list of index updates is among it."""
        if self.stream is not None:
            call.refuse_unknown(self.stream, ("StreamEnabled", "StreamViewType"), "StreamSpecification")
        for update in self.index_updates:
            call.refuse_unknown(update, ("Create", "Update", "Delete"), "GlobalSecondaryIndexUpdates")

    def of_kind(self, kind: str) -> list[Wire]:
        """Return the index updates that are a `Create`, an `Update` or a `Delete`."""
        return [update[kind] for update in self.index_updates if update.get(kind) is not None]

    @property
    def moves_index(self) -> bool:
        """Whether an index is to be created or deleted."""
        return bool(self.of_kind("Create") or self.of_kind("Delete"))


def require_index_updates(given: UpdateRequest) -> None:
    """Raise unless each element of GlobalSecondaryIndexUpdates does one thing, each to another index.

    Errors: `ValidationException`.
    """
    names: list[str] = []
    for update in given.index_updates:
        actions = [update[kind] for kind in ("Update", "Create", "Delete") if update.get(kind) is not None]
        if not actions:
            raise errors.invalid_parameters(
                "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
                "GlobalSecondaryIndexUpdate.Delete must not be null"
            )
        if len(actions) > 1:
            raise errors.invalid_parameters(
                "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object"
            )
        name = actions[0]["IndexName"]
        if name in names:
            raise errors.invalid_parameters(
                f"Only one global secondary index update per index is allowed simultaneously. Index: {name}"
            )
        names.append(name)


def require_fit(given: UpdateRequest) -> None:
    """Raise unless the request asks for a change, and only for changes that AWS makes together.

    Errors: `ValidationException`, `LimitExceededException`; `InternalFailure` for empty limits alone.
    """
    concerns = _effective_concerns(given)
    for name, text in ALONE.items():
        if name in concerns and len(concerns) > 1:
            raise errors.invalid_parameters(text)
    if "WarmThroughput" in concerns:
        if given.of_kind("Create"):
            raise errors.invalid_parameters(
                "Create global secondary index cannot be specified when updating WarmThroughput"
            )
        if concerns - {"WarmThroughput", "GlobalSecondaryIndexUpdates"}:
            raise errors.invalid_parameters("WarmThroughput must be the only operation in the request")
    if "OnDemandThroughput" in concerns and concerns - {"OnDemandThroughput", "BillingMode"}:
        raise errors.invalid_parameters(
            "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request"
        )
    _require_few_kinds(given)


def _effective_concerns(given: UpdateRequest) -> set[str]:
    """Return what the request changes, without empty limits beside other changes.

    Errors: `ValidationException` for nothing; `InternalFailure` for empty limits alone.
    """
    concerns = set(given.concerns)
    if "GlobalSecondaryIndexUpdates" in concerns and not given.index_updates:
        concerns.remove("GlobalSecondaryIndexUpdates")
        if concerns:
            raise errors.invalid_parameters("List of GlobalSecondaryIndexUpdates is empty")
    if not concerns:
        raise errors.validation(NOTHING_TO_CHANGE)
    for name, is_empty in (("OnDemandThroughput", not given.limits), ("WarmThroughput", not given.warm)):
        if name in concerns and is_empty:
            if concerns == {name}:
                raise DynamoDBError("InternalFailure", "", status=500)  # captured
            concerns.remove(name)
    return concerns


def _require_few_kinds(given: UpdateRequest) -> None:
    """Raise for indexes, capacity and stream in one request, as far as AWS does not change them together."""
    if given.moves_index and given.throughput is not None and given.billing_mode is None:
        raise errors.invalid_parameters("You cannot create or delete index while updating table IOPS")
    if given.moves_index and given.stream is not None:
        raise errors.invalid_parameters("You cannot create or delete index while changing stream status")
    if given.stream is not None and (given.throughput is not None or given.of_kind("Update")):
        raise errors.invalid_parameters("You cannot modify stream status while updating table IOPS")
    if len(given.of_kind("Create")) + len(given.of_kind("Delete")) > 1:
        raise one_online_index()


def one_online_index() -> DynamoDBError:
    """Return the error for a second index that is to be created or deleted at the same time."""
    return errors.limit_exceeded(
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"
    )
