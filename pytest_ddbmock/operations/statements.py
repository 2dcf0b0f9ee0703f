"""ExecuteStatement, BatchExecuteStatement and ExecuteTransaction: PartiQL.

Source: "PartiQL - a SQL-compatible query language for Amazon DynamoDB".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.operation import Answer, operation
from pytest_ddbmock.engine.paging import require_start_shape
from pytest_ddbmock.engine.reading import Reader, Source, find_source
from pytest_ddbmock.engine.transaction import code_of, commit_all, read_all
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions.placeholders import Placeholders
from pytest_ddbmock.operations import next_tokens
from pytest_ddbmock.operations.batches import DUPLICATES
from pytest_ddbmock.operations.next_tokens import BEGINNING, Asked, Position
from pytest_ddbmock.operations.statement_items import OneItem, planned, require_plain_index
from pytest_ddbmock.partiql import reads
from pytest_ddbmock.partiql.parser import parse
from pytest_ddbmock.partiql.reads import Read
from pytest_ddbmock.partiql.statements import Exists, Select, Statement
from pytest_ddbmock.values import sizes
from pytest_ddbmock.values.attribute import Value, Wire
from pytest_ddbmock.values.faults import Layer
from pytest_ddbmock.values.item import decode_value

_INCOMPLETE = "Select statements within {} must specify the primary key in the where clause."
_MEMBER = ("Statement", "Parameters", "ConsistentRead", "ReturnValuesOnConditionCheckFailure")


@operation("ExecuteStatement")
def execute_statement(call: Call) -> Answer:
    """Order: API_ExecuteStatement."""
    capacity = call.param("ReturnConsumedCapacity")
    limit = call.param("Limit")
    consistent = call.param("ConsistentRead", False)
    token = call.param("NextToken")
    shows_item = call.param("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
    text = call.param("Statement")
    parameters = _parameters(call.param("Parameters"))
    statement = parse(text)
    bound = statement.bind(parameters)
    if statement.is_read:
        asked = Asked(text, parameters)
        start = BEGINNING if token is None else next_tokens.decode(token, asked)
        return _select(call, statement, bound, start, asked, limit=limit, consistent=consistent, capacity=capacity)
    _refuse_exists(statement)
    if token is not None:
        raise next_tokens.invalid_token()
    table, wanted = planned(call, statement, bound, incomplete="")  # ---- below this line the table is known
    one = OneItem(table, wanted, shows_item=shows_item)
    call.admit(one.touch())
    shown = one.write(call)
    return call.answer(Items=[] if shown is None else [shown], ConsumedCapacity=call.capacity(capacity))


@operation("BatchExecuteStatement")
def batch_execute_statement(call: Call) -> Answer:
    """Order: API_BatchExecuteStatement. Every member is planned before one is run."""
    capacity = call.param("ReturnConsumedCapacity")
    members = [_BatchMember(raw) for raw in _members(call, "Statements")]
    for member in members:
        member.parse()
    if len({member.statement.is_read for member in members if member.statement is not None}) > 1:
        raise errors.validation("Read and write requests together in the same batch is not supported.")
    for member in members:
        member.plan(call)
    written = [(one.table.name, one.place) for member in members if (one := member.one) is not None and not one.is_read]
    if len(set(written)) < len(written):
        raise errors.validation(DUPLICATES)
    planned_ones = [member.one for member in members if member.one is not None]
    refusals = call.refusals([one.touch() for one in planned_ones])
    for one, refusal in zip(planned_ones, refusals or [None] * len(planned_ones), strict=True):
        one.refusal = refusal
    responses = [member.run(call) for member in members]
    call.entry.items = len(members)
    return call.answer(Responses=responses, ConsumedCapacity=call.capacities(capacity))


@operation("ExecuteTransaction")
def execute_transaction(call: Call) -> Answer:
    """Order: API_ExecuteTransaction; "Performing transactions with PartiQL for DynamoDB"."""
    capacity = call.param("ReturnConsumedCapacity")
    members = [_Member(raw) for raw in _members(call, "TransactStatements")]
    parameters = [member.parameters() for member in members]
    statements = []
    for position, member in enumerate(members):
        with _naming_statement(position):
            statements.append(parse(member.text))
    if len({statement.is_read for statement in statements}) > 1:
        raise errors.validation(
            "ExecuteTransaction API does not support both read and write operations in the same request."
        )
    for position, statement in enumerate(statements):
        with _naming_statement(position):
            _refuse_in_transaction(statement)
    ones = []
    for position, (member, statement) in enumerate(zip(members, statements, strict=True)):
        with _naming_statement(position):
            bound = statement.bind(parameters[position])
            table, wanted = planned(call, statement, bound, incomplete=_INCOMPLETE.format("ExecuteTransaction"))
        ones.append(OneItem(table, wanted, shows_item=member.shows_item))
    actions = [one.action(sum(map(sizes.of_value, values))) for one, values in zip(ones, parameters, strict=True)]
    responses: list[Wire] = []
    if statements[0].is_read:
        call.param("ClientRequestToken")  # a read can be repeated anyway
        for one, item in zip(ones, read_all(call, actions), strict=True):
            shown = one.shown(item)
            responses.append({} if shown is None else {"Item": shown})
    else:
        commit_all(call, actions)
    return call.answer(Responses=responses, ConsumedCapacity=call.capacities(capacity))


# ---- SELECT


def _select(
    call: Call,
    statement: Statement,
    bound: Placeholders,
    start: Position,
    asked: Asked,
    *,
    limit: int | None,
    consistent: bool,
    capacity: str | None,
) -> Answer:
    source = _source(call, statement, consistent)  # ---- below this line table and index are known
    body = statement.body
    assert isinstance(body, Select), "a SELECT"
    read = reads.of_select(body, source.schema, bound)
    reader = Reader(source, None, read.projection, read.condition, consistent=consistent)
    reader.require_projected()
    _require_start(start, source, read)
    call.admit(*[source.touch(key_range) for key_range in ((None,) if read.ranges is None else read.ranges)])
    items, last, token = _read_pages(call, reader, read, start, asked, limit)
    call.entry.unread = token is not None
    return call.answer(Items=items, NextToken=token, LastEvaluatedKey=last, ConsumedCapacity=call.capacity(capacity))


def _read_pages(
    call: Call, reader: Reader, read: Read, start: Position, asked: Asked, limit: int | None
) -> tuple[list[Wire], Wire | None, str | None]:
    """Read key ranges until a page is full; return its items, `LastEvaluatedKey` and `NextToken`."""
    pages = call.engine.rules.pages
    items: list[Wire] = []
    size = 0
    number, after = start
    call.usage(reader.source.table)
    while read.ranges is None or number < len(read.ranges):
        if read.ranges is None:
            page = reader.scan(call, after=after, limit=limit)
        else:
            page = reader.query(call, read.ranges[number], after=after, reverse=read.reverse, limit=limit)
        items += reader.shown(page)
        size += page.size
        if page.last is not None and not (read.key is not None and reader.source.index is None):
            last = reader.last_key(page)
            return items, last, next_tokens.encode(asked, number, last)
        number, after = number + 1, None
        if read.ranges is None or number >= len(read.ranges):
            break
        if limit is not None:
            limit -= page.scanned
        if number - start.number >= pages.partitions or size >= pages.page_bytes:
            return items, None, next_tokens.encode(asked, number, None)
    return items, None, None


def _require_start(start: Position, source: Source, read: Read) -> None:
    """Raise `Invalid NextToken` for a token that was made for another table of that name."""
    if start.after is None:
        return
    try:
        require_start_shape(start.after, source.table.schema, source.index_schema, is_query=True)
    except DynamoDBError:
        raise next_tokens.invalid_token() from None
    place = source.view.place_of(start.after)
    is_elsewhere = read.ranges is not None and (
        start.number >= len(read.ranges) or place is None or source.view.span(read.ranges[start.number])[0] != place[0]
    )
    if place is None or is_elsewhere:
        raise next_tokens.invalid_token()


def _source(call: Call, statement: Statement, consistent: bool) -> Source:
    """Return the table and the index of a FROM clause."""
    table = call.table(statement.source.table)
    name = statement.source.index
    if name is not None and table.settings.index(name) is not None:
        require_plain_index(table, name)
    return find_source(
        call,
        table,
        name,
        consistent=consistent,
        missing="The table does not have the specified index",
        inconsistent="Strongly consistent read is not supported on Global Secondary Indexes",
    )


# ---- members of batches and transactions


class _Member:
    """One statement among others."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.text: str = raw["Statement"]
        self.consistent: bool = raw.get("ConsistentRead") or False
        self.shows_item = raw.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        self._parameters = raw.get("Parameters")

    def parameters(self) -> list[Value]:
        """Return the parameters. Errors: as of `attribute.decode`."""
        return _parameters(self._parameters)


class _BatchMember(_Member):
    """A statement whose errors are its own; each step is taken if those before have found none."""

    statement: Statement | None = None
    one: OneItem | None = None
    error: DynamoDBError | None = None
    _bound: Placeholders | None = None

    def parse(self) -> None:
        """Decode the parameters and parse the text."""
        try:
            parameters = self.parameters()
            self.statement = parse(self.text)
            self._bound = self.statement.bind(parameters)
        except DynamoDBError as error:
            self.error = error

    def plan(self, call: Call) -> None:
        """Find table and key."""
        if self.statement is None or self._bound is None:
            return
        try:
            _refuse_exists(self.statement)
            table, wanted = planned(
                call, self.statement, self._bound, incomplete=_INCOMPLETE.format("BatchExecuteStatement")
            )
            one = OneItem(table, wanted, shows_item=self.shows_item)
            _ = one.place
        except DynamoDBError as error:
            self.error = error
        else:
            self.one = one

    def run(self, call: Call) -> Wire:
        """Run the statement and return the answer."""
        one = self.one
        if one is None:
            assert self.error is not None, "a member has a plan or an error"
            return self._failed(self.error)
        try:
            if one.refusal is not None:
                raise one.refusal
            shown = one.read(call, consistent=self.consistent) if one.is_read else one.write(call)
        except DynamoDBError as error:
            return self._failed(error)
        response: Wire = {"TableName": one.table.name}
        if shown is not None:
            response["Item"] = shown
        return response

    def _failed(self, error: DynamoDBError) -> Wire:
        response: Wire = {"Error": {"Code": code_of(error), "Message": error.message, **error.fields}}
        # Unsure: whether the member of a missing table names it.
        if self.statement is not None and error.code != "ValidationException":
            response["TableName"] = self.statement.source.table
        return response


def _members(call: Call, name: str) -> Iterator[Mapping[str, Any]]:
    """Yield the members of a batch or transaction as they are in the request."""
    for raw in call.param(name):
        call.refuse_unknown(raw, _MEMBER, name)
        yield raw


def _parameters(raw: Sequence[Any] | None) -> list[Value]:
    return [decode_value(value, Layer.OLD) for value in raw or ()]


def _refuse_exists(statement: Statement) -> None:
    if statement.kind is Exists:
        # Unsure: the text.
        raise errors.validation("The EXISTS function is only supported in ExecuteTransaction.")


def _refuse_in_transaction(statement: Statement) -> None:
    if statement.returning is not None:
        raise errors.validation("RETURNING clause is not supported in ExecuteTransaction.")
    if statement.source.index is not None:
        raise errors.validation("Reads on indices are not supported within transactions.")


@contextmanager
def _naming_statement(position: int) -> Iterator[None]:
    """Name the statement of a transaction in the errors of its text."""
    # Unsure: that AWS names it in all of them; captured for syntax, keys, EXISTS, RETURNING and indexes.
    try:
        yield
    except DynamoDBError as error:
        if error.code != "ValidationException":
            raise
        raise errors.validation(f"Validation failed in TransactStatements[{position}]: {error.message}") from None
