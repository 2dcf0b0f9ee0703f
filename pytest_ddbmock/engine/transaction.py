"""Transactions: actions on distinct items that become one commit, or the reasons why they cannot.

Source: "Amazon DynamoDB Transactions: How it works", "TransactionCanceledException" (API reference).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from pytest_ddbmock import errors
from pytest_ddbmock.engine import tokens
from pytest_ddbmock.engine.admission import Access, Touch
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.reading import visible_item
from pytest_ddbmock.engine.tokens import Done
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.metering.collections import CollectionGrowth
from pytest_ddbmock.storage.schema import Key
from pytest_ddbmock.storage.table import Table, Write
from pytest_ddbmock.values.item import Item

MAX_BYTES = 4 * 1024 * 1024
"""Of all items of a transaction. Unsure: what counts; taken here for the largest image of each item."""

CODES = {"ValidationException": "ValidationError", "ThrottlingException": "ThrottlingError"}
"""Codes of reasons that are not the exception's name without `Exception`."""


def _as_it_is(stored: Item | None) -> Item | None:
    return stored


class Action(NamedTuple):
    """What a transaction does to one item.

    `key` is where the item lies, or the error why it can lie nowhere. `outcome` makes of the stored item the one to be
    (None for none), and of a check or a read the stored one. A `DynamoDBError` of either becomes the action's reason,
    with its fields: `conditional_check_failed(item)` tells the item. `size` is what the request carries, in bytes.
    """

    table: Table
    key: Key | DynamoDBError
    outcome: Callable[[Item | None], Item | None] = _as_it_is
    writes: bool = True
    size: int = 0
    access: Access = Access.TRANSACT_WRITE
    """`TRANSACT_READ` for a member of a transaction that only reads."""

    @property
    def place(self) -> Key:
        """The key. Errors: why there is none."""
        if isinstance(self.key, DynamoDBError):
            raise self.key
        return self.key

    @property
    def known_key(self) -> Key | None:
        """The key, None where there is none."""
        return None if isinstance(self.key, DynamoDBError) else self.key


def commit_all(call: Call, actions: Sequence[Action]) -> None:
    """Make all actions real in one commit, or none; count what that consumes.

    A request whose `ClientRequestToken` was given before is answered without doing anything again. `actions` have
    passed every check that refuses the request as a whole, except those made here.
    Errors: `ValidationException` for two actions on one item and for more than 4 MB; `TransactionCanceledException`;
    `IdempotentParameterMismatchException`.
    """
    call.param("ClientRequestToken")
    refusals = _admit(call, actions)
    use = tokens.use_of(call.request)
    payload = b"" if use is None else tokens.payload_of(call.request)
    done = None if use is None else call.engine.tokens.done(use, payload, call.now)
    if done is not None:
        for action, size in zip(actions, done.sizes, strict=True):
            call.usage(action.table).transact_read(size)
        return
    images = _images(call, actions, refusals)
    for action, (old, _) in zip(actions, images, strict=True):
        if not action.writes:
            call.usage(action.table).transact_check(_size(old))
    writes = [
        Write(action.table, action.place, new)
        for action, (_, new) in zip(actions, images, strict=True)
        if action.writes
    ]
    call.commit(*writes, is_transaction=True)
    if use is not None:
        sizes = tuple(max(_size(old), _size(new)) for old, new in images)
        call.engine.tokens.remember(use, Done(call.now, payload, sizes))


def read_all(call: Call, actions: Sequence[Action]) -> list[Item | None]:
    """What all actions, which only read, find at one moment; count what that consumes.

    Errors: `ValidationException` for two actions on one item and for more than 4 MB; `TransactionCanceledException`.
    """
    actions = [action._replace(access=Access.TRANSACT_READ) for action in actions]
    refusals = _admit(call, actions)
    found = [new for _, new in _images(call, actions, refusals)]
    for action, item in zip(actions, found, strict=True):
        call.usage(action.table).transact_read(_size(item))
    call.entry.items = sum(item is not None for item in found)
    return found


def code_of(error: DynamoDBError) -> str:
    """How reasons, and members of PartiQL batches, name an error."""
    return CODES.get(error.code, error.code.removesuffix("Exception"))


def _admit(call: Call, actions: Sequence[Action]) -> Sequence[DynamoDBError | None]:
    """Refuse the request as a whole before an item is looked at, or return the refusal of each action.

    A scripted conflict meets all actions.
    """
    places = [(action.table.name, action.key) for action in actions if not isinstance(action.key, DynamoDBError)]
    if len(set(places)) < len(places):
        raise errors.validation("Transaction request cannot include multiple operations on one item")
    touches = [Touch(action.table, action.known_key, action.access) for action in actions]
    try:
        return call.refusals(touches) or [None] * len(actions)
    except DynamoDBError as error:
        if error.code != "TransactionConflictException":
            raise
        raise errors.transaction_canceled([_reason(error) for _ in actions]) from None


def _images(
    call: Call, actions: Sequence[Action], refusals: Sequence[DynamoDBError | None]
) -> list[tuple[Item | None, Item | None]]:
    """Return the stored item and the one to be, for each action. Errors: as of `commit_all`."""
    images: list[tuple[Item | None, Item | None]] = []
    reasons: list[dict[str, Any]] = []
    size = 0
    growth = CollectionGrowth(call.engine.rules.item_collection_limit)
    for action, refused in zip(actions, refusals, strict=True):
        stored = new = None
        refusal = refused
        try:
            if refusal is None:
                stored = visible_item(action.table, action.place, consistent=True)
                new = action.outcome(stored)
                if action.writes:
                    growth.require_room(action.table, action.place, stored, new)
        except DynamoDBError as error:
            refusal = error
        images.append((stored, new))
        reasons.append(_reason(refusal))
        size += max(action.size, _size(stored), _size(new))
    if size > MAX_BYTES:
        raise errors.validation("Transaction item size has exceeded the 4 MB limit")  # Unsure: the text.
    if any(reason["Code"] != "None" for reason in reasons):
        _charge_cancelled(call, actions, images, refusals)
        raise errors.transaction_canceled(reasons)
    return images


def _charge_cancelled(
    call: Call,
    actions: Sequence[Action],
    images: Sequence[tuple[Item | None, Item | None]],
    refusals: Sequence[DynamoDBError | None],
) -> None:
    """Count what a transaction consumes whose items were looked at in vain; what was refused before costs nothing."""
    for action, (stored, new), refused in zip(actions, images, refusals, strict=True):
        if refused is not None or isinstance(action.key, DynamoDBError):
            continue
        if action.access is Access.TRANSACT_READ:
            call.usage(action.table).transact_read(_size(stored))
        else:
            call.usage(action.table).transact_refused(stored, new)


def _reason(refusal: DynamoDBError | None) -> dict[str, Any]:
    """An entry of `CancellationReasons`; an action that could be done has a reason too."""
    if refusal is None:
        return {"Code": "None"}
    return {"Code": code_of(refusal), "Message": refusal.message, **refusal.fields}


def _size(item: Item | None) -> int:
    return 0 if item is None else item.size
