"""Transactions: actions on distinct items that become one commit, or the reasons for a cancellation.

Source: "Amazon DynamoDB Transactions: How it works", "TransactionCanceledException" (API reference).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from pytest_ddbmock import errors
from pytest_ddbmock.engine import tokens
from pytest_ddbmock.engine.admission import Access, Touch
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.index_keys import require_index_keys
from pytest_ddbmock.engine.reading import visible_item
from pytest_ddbmock.engine.tokens import Done
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.metering.collections import CollectionGrowth
from pytest_ddbmock.storage.schema import Key
from pytest_ddbmock.storage.table import Table, Write
from pytest_ddbmock.values.item import Item

MAX_BYTES = 4 * 1024 * 1024
"""Of what a transaction that writes carries, or of all items that one finds."""

CODES = {"ValidationException": "ValidationError", "ThrottlingException": "ThrottlingError"}
"""Codes of reasons that are not the name of the exception without `Exception`."""


def _unchanged(stored: Item | None) -> Item | None:
    return stored


class Target(NamedTuple):
    """The place of an item: `key` is None if the attributes do not fit the schema.

    `fault` cancels the transaction whatever is stored: the key does not fit or is too long, or a key of an index has
    the wrong type or is too long.
    """

    key: Key | None
    fault: DynamoDBError | None = None

    @property
    def place(self) -> Key:
        """The key. Errors: the fault."""
        if self.fault is not None:
            raise self.fault
        assert self.key is not None, "without a fault"
        return self.key


def locate(table: Table, attributes: Item, *, is_put: bool) -> Target:
    """Return the place of an item that is put whole, or of the item with the attributes of a parameter `Key`."""
    schema = table.schema
    try:
        if is_put:
            schema.require_in_item(attributes)
        else:
            schema.require_key(attributes)
    except DynamoDBError as misfit:
        return Target(None, misfit)
    try:
        key = schema.place_of(attributes)
        if is_put:
            require_index_keys(table, attributes)
    except DynamoDBError as fault:
        return Target(table.base.place_of(attributes), fault)
    return Target(key)


class Action(NamedTuple):
    """What a transaction does to one item.

    `target` is the item's place. `outcome` returns the new item for the stored one (None for none); a check or a read
    returns the stored one. Its `DynamoDBError` becomes the reason of the action, with the fields of the error, such as
    the item of `conditional_check_failed(item)`. `size` is what the request carries for the action, in bytes.
    """

    table: Table
    target: Target
    outcome: Callable[[Item | None], Item | None] = _unchanged
    writes: bool = True
    size: int = 0
    access: Access = Access.TRANSACT_WRITE
    """`TRANSACT_READ` for an action of a transaction that only reads."""


def commit_all(call: Call, actions: Sequence[Action]) -> None:
    """Commit all actions, or none; count what that consumes.

    A request with a `ClientRequestToken` that is known is answered without another commit. `actions` have passed every
    check that rejects the request as a whole, except those made here.

    Errors: `ValidationException` for two actions on one item and for more than 4 MB; `TransactionCanceledException`;
    `IdempotentParameterMismatchException`.
    """
    call.param("ClientRequestToken")
    _refuse_repeated_items(actions)
    if sum(action.size for action in actions) > MAX_BYTES:
        raise _too_large()
    use = tokens.use_of(call.request)
    payload = b"" if use is None else tokens.payload_of(call.request)
    done = None if use is None else call.engine.tokens.done(use, payload, call.now)
    if done is None:
        _refuse_faults(actions)
    refusals = _admit(call, actions)
    if done is not None:
        for action, size in zip(actions, done.sizes, strict=True):
            call.usage(action.table).transact_read(size)
        return
    images = _images(call, actions, refusals)
    for action, (old, _) in zip(actions, images, strict=True):
        if not action.writes:
            call.usage(action.table).transact_check(_size(old))
    writes = [
        Write(action.table, action.target.place, new)
        for action, (_, new) in zip(actions, images, strict=True)
        if action.writes
    ]
    call.commit(*writes, is_transaction=True)
    if use is not None:
        sizes = tuple(max(_size(old), _size(new)) for old, new in images)
        call.engine.tokens.remember(use, Done(call.now, payload, sizes))


def read_all(call: Call, actions: Sequence[Action]) -> list[Item | None]:
    """Return what all actions, which only read, find at one moment; count what that consumes.

    Errors: `ValidationException` for two actions on one item and for more than 4 MB; `TransactionCanceledException`.
    """
    actions = [action._replace(access=Access.TRANSACT_READ) for action in actions]
    _refuse_repeated_items(actions)
    _refuse_faults(actions)
    refusals = _admit(call, actions)
    found = [new for _, new in _images(call, actions, refusals)]
    if sum(map(_size, found)) > MAX_BYTES:
        raise _too_large()
    for action, item in zip(actions, found, strict=True):
        call.usage(action.table).transact_read(_size(item))
    call.entry.items = sum(item is not None for item in found)
    return found


def code_of(error: DynamoDBError) -> str:
    """Return the code of an error in reasons and in members of PartiQL batches."""
    return CODES.get(error.code, error.code.removesuffix("Exception"))


def _refuse_repeated_items(actions: Sequence[Action]) -> None:
    places = [(action.table.name, action.target.key) for action in actions if action.target.key is not None]
    if len(set(places)) < len(places):
        raise errors.validation("Transaction request cannot include multiple operations on one item")


def _refuse_faults(actions: Sequence[Action]) -> None:
    if any(action.target.fault is not None for action in actions):
        raise _canceled([action.target.fault for action in actions])


def _too_large() -> DynamoDBError:
    # Unsure: the text; it contains "size cannot exceed".
    return errors.validation("Transaction item size cannot exceed 4 MB")


def _admit(call: Call, actions: Sequence[Action]) -> Sequence[DynamoDBError | None]:
    """Return the refusal of each action, before an item is read.

    Errors: `TransactionCanceledException` for a scripted conflict, which is the reason of every action; whatever else
    is scripted for the request as a whole.
    """
    touches = [Touch(action.table, action.target.key, action.access) for action in actions]
    try:
        return call.refusals(touches) or [None] * len(actions)
    except DynamoDBError as error:
        if error.code != "TransactionConflictException":
            raise
        raise _canceled([error] * len(actions)) from None


def _images(
    call: Call, actions: Sequence[Action], refusals: Sequence[DynamoDBError | None]
) -> list[tuple[Item | None, Item | None]]:
    """Return the stored item and the new one, for each action. Errors: `TransactionCanceledException`."""
    images: list[tuple[Item | None, Item | None]] = []
    reasons: list[DynamoDBError | None] = []
    growth = CollectionGrowth(call.engine.rules.item_collection_limit)
    for action, refused in zip(actions, refusals, strict=True):
        stored = new = None
        reason = refused
        try:
            if reason is None:
                place = action.target.place
                stored = visible_item(action.table, place, consistent=True)
                new = action.outcome(stored)
                if action.writes:
                    growth.require_room(action.table, place, stored, new)
        except DynamoDBError as error:
            reason = error
        images.append((stored, new))
        reasons.append(reason)
    if any(reason is not None for reason in reasons):
        _charge_canceled(call, actions, images, refusals)
        raise _canceled(reasons)
    return images


def _charge_canceled(
    call: Call,
    actions: Sequence[Action],
    images: Sequence[tuple[Item | None, Item | None]],
    refusals: Sequence[DynamoDBError | None],
) -> None:
    """Count the items that a canceled transaction has read; an action that was refused costs nothing."""
    for action, (stored, new), refused in zip(actions, images, refusals, strict=True):
        if refused is not None:
            continue
        if action.access is Access.TRANSACT_READ:
            call.usage(action.table).transact_read(_size(stored))
        else:
            call.usage(action.table).transact_refused(stored, new)


def _canceled(reasons: Sequence[DynamoDBError | None]) -> DynamoDBError:
    """Return the error of a canceled transaction, with one reason for each action, None for "not to blame".

    The first `ValidationError` ends AWS's check: it is the only reason.
    """
    # Unsure: observed of a key of the wrong type; taken here for every ValidationError.
    invalid = next((reason for reason in reasons if reason is not None and reason.code == "ValidationException"), None)
    if invalid is not None:
        reasons = [reason if reason is invalid else None for reason in reasons]
    return errors.transaction_canceled([_reason(reason) for reason in reasons])


def _reason(error: DynamoDBError | None) -> dict[str, Any]:
    """Return an entry of `CancellationReasons`."""
    if error is None:
        return {"Code": "None"}
    return {"Code": code_of(error), "Message": error.message, **error.fields}


def _size(item: Item | None) -> int:
    return 0 if item is None else item.size
