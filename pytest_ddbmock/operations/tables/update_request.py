"""The parameters of UpdateTable, and whether they fit together.

Source: "UpdateTable" (API reference), captured answers for the texts.
"""

from __future__ import annotations

from pytest_ddbmock import errors
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.operations.tables import definition
from pytest_ddbmock.operations.tables.definition import Wire

CONCERNS = {
    "ProvisionedThroughput": "ProvisionedThroughput",
    "BillingMode": "BillingMode",
    "StreamSpecification": "UpdateStreamEnabled",
    "GlobalSecondaryIndexUpdates": "GlobalSecondaryIndexUpdates",
    "SSESpecification": "SSESpecification",
    "DeletionProtectionEnabled": "DeletionProtectionEnabled",
    "OnDemandThroughput": "OnDemandThroughput",
    "WarmThroughput": "WarmThroughput",
    "TableClass": "TableClass",
}
"""The parameters that change something, and what AWS calls them when it misses them all."""

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
"""What cannot stand beside anything else, in the order in which AWS tells of it."""


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
        """What the request wants to change; an empty list of index updates is told apart by `index_updates`."""
        if self.stream is not None:
            call.refuse_unknown(self.stream, ("StreamEnabled", "StreamViewType"), "StreamSpecification")
        for update in self.index_updates:
            call.refuse_unknown(update, ("Create", "Update", "Delete"), "GlobalSecondaryIndexUpdates")

    def of_kind(self, kind: str) -> list[Wire]:
        """The index updates that are a `Create`, an `Update` or a `Delete`."""
        return [update[kind] for update in self.index_updates if update.get(kind) is not None]

    @property
    def changes_capacity(self) -> bool:
        """Whether the request is about what AWS calls IOPS."""
        return self.throughput is not None or self.billing_mode is not None


def require_index_updates(given: UpdateRequest) -> None:
    """Each element of GlobalSecondaryIndexUpdates must do one thing, to an index of its own."""
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
    """Something must be asked for, and nothing beside it that AWS does not do in the same call."""
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
    for name, text in ALONE.items():
        if name in concerns and len(concerns) > 1:
            raise errors.invalid_parameters(text)
    creates, deletes = given.of_kind("Create"), given.of_kind("Delete")
    if "WarmThroughput" in concerns:
        if creates:
            raise errors.invalid_parameters(
                "Create global secondary index cannot be specified when updating WarmThroughput"
            )
        if concerns - {"WarmThroughput", "GlobalSecondaryIndexUpdates"}:
            raise errors.invalid_parameters("WarmThroughput must be the only operation in the request")
    if "OnDemandThroughput" in concerns and concerns - {"OnDemandThroughput", "BillingMode"}:
        raise errors.invalid_parameters(
            "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request"
        )
    if (creates or deletes) and given.throughput is not None and given.billing_mode is None:
        raise errors.invalid_parameters("You cannot create or delete index while updating table IOPS")
    if (creates or deletes) and given.stream is not None:
        raise errors.invalid_parameters("You cannot create or delete index while changing stream status")
    if given.stream is not None and (given.throughput is not None or given.of_kind("Update")):
        raise errors.invalid_parameters("You cannot modify stream status while updating table IOPS")
    if len(creates) + len(deletes) > 1:
        raise one_online_index()


def one_online_index() -> DynamoDBError:
    """A second index is to be created or deleted at the same time."""
    return errors.limit_exceeded(
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"
    )
