"""INSERT, UPDATE and DELETE through boto3."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

KEY = {"artist": {"S": "Acme"}, "song": {"S": "Rocks"}}
ROW = {**KEY, "plays": {"N": "3"}, "tags": {"SS": ["a", "b"]}, "years": {"L": [{"N": "2018"}, {"N": "2020"}]}}
THE_ROW = "WHERE artist = 'Acme' AND song = 'Rocks'"


@pytest.fixture
def music(ddbmock: Any, client: Any) -> None:
    ddbmock.create_table("music", "artist", "song", gsi={"by-year": {"key": "year:N"}}, stream="NEW_AND_OLD_IMAGES")
    client.put_item(TableName="music", Item=ROW)


def run(client: Any, text: str, *parameters: Any, **options: Any) -> Any:
    if parameters:
        options["Parameters"] = list(parameters)
    return client.execute_statement(Statement=text, **options)


def stored(client: Any, **key: str) -> Any:
    key = {**{"artist": "Acme", "song": "Rocks"}, **key}
    return client.get_item(TableName="music", Key={name: {"S": value} for name, value in key.items()}).get("Item")


# ---- INSERT


def test_insert_puts_an_item_of_all_types(client: Any, music: None) -> None:
    answer = run(
        client,
        """INSERT INTO "music" VALUE {'artist': 'B', 'song': ?, 'n': -1.50, 'yes': true, 'no': FALSE, 'none': null,
           'list': [1, 'x', [ ]], 'map': {'a': {'b': ?}}, 'ns': <<1, 2>>, 'ss': <<'x'>>, 'bytes': ?}""",
        {"S": "C"},
        {"N": "7"},
        {"B": b"\x00"},
        ReturnConsumedCapacity="TOTAL",
    )
    assert answer["Items"] == [] and answer["ConsumedCapacity"] == {"TableName": "music", "CapacityUnits": 1.0}
    assert stored(client, artist="B", song="C") == {
        "artist": {"S": "B"},
        "song": {"S": "C"},
        "n": {"N": "-1.5"},
        "yes": {"BOOL": True},
        "no": {"BOOL": False},
        "none": {"NULL": True},
        "list": {"L": [{"N": "1"}, {"S": "x"}, {"L": []}]},
        "map": {"M": {"a": {"M": {"b": {"N": "7"}}}}},
        "ns": {"NS": ["1", "2"]},
        "ss": {"SS": ["x"]},
        "bytes": {"B": b"\x00"},
    }


def test_insert_never_replaces(client: Any, music: None) -> None:
    with pytest.raises(client.exceptions.DuplicateItemException) as caught:
        run(client, "INSERT INTO music VALUE {'artist': 'Acme', 'song': 'Rocks'}")
    assert caught.value.response["Error"]["Message"] == "Duplicate primary key exists in table"
    assert stored(client) == ROW


@pytest.mark.parametrize(
    "item, message",
    [
        ("{'artist': 'B'}", "One or more parameter values were invalid: Missing the key song in the item"),
        (
            "{'artist': 'B', 'song': 1}",
            "One or more parameter values were invalid: Type mismatch for key song expected: S actual: N",
        ),
        (
            "{'artist': 'B', 'song': 'C', 'year': 'x'}",
            "One or more parameter values were invalid: Type mismatch for Index Key year Expected: N Actual: S "
            "IndexName: by-year",
        ),
        (
            "{'artist': 'B', 'song': ''}",
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
            "empty string value. Key: song",
        ),
        (
            "{'artist': '', 'song': 'C', 'year': 'x'}",
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
            "empty string value. Key: artist",
        ),
        (
            "{'artist': '" + "x" * 2049 + "', 'song': 'C', 'year': 'x'}",
            "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 "
            "bytes",
        ),
        (
            "{'artist': 'B', 'song': 'C', 'deep': " + "[" * 32 + "1" + "]" * 32 + "}",
            "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported "
            "limit",
        ),
    ],
)
def test_items_that_cannot_be_inserted(refused: Any, music: None, item: str, message: str) -> None:
    answer = refused("execute_statement", Statement=f"INSERT INTO music VALUE {item}")
    assert answer == f"ValidationException: {message}"


def test_an_item_may_have_32_levels_and_not_more(client: Any, refused: Any, music: None) -> None:
    run(client, f"INSERT INTO music VALUE {{'artist': 'B', 'song': 'C', 'deep': {'[' * 31}1{']' * 31}}}")
    deep: dict[str, Any] = {"N": "1"}
    for _ in range(31):
        deep = {"L": [deep]}
    run(client, "INSERT INTO music VALUE {'artist': 'B', 'song': 'D', 'deep': ?}", deep)
    text = "INSERT INTO music VALUE {'artist': 'B', 'song': 'E', 'deep': [?]}"
    assert "Nesting Levels" in refused("execute_statement", Statement=text, Parameters=[deep])


def test_an_item_that_is_too_large(refused: Any, music: None) -> None:
    answer = refused(
        "execute_statement",
        Statement="INSERT INTO music VALUE {'artist': 'B', 'song': 'C', 'x': ?}",
        Parameters=[{"S": "x" * 409_600}],
    )
    assert answer == "ValidationException: Item size has exceeded the maximum allowed size"


# ---- UPDATE


@pytest.mark.parametrize(
    "actions, changed",
    [
        ("SET plays = 4", {"plays": {"N": "4"}}),
        ("SET plays = plays + 1 SET past = plays", {"plays": {"N": "4"}, "past": {"N": "3"}}),
        ("SET plays = plays - 5", {"plays": {"N": "-2"}}),
        ("SET fresh = {'a': [1]}", {"fresh": {"M": {"a": {"L": [{"N": "1"}]}}}}),
        ("SET years[0] = 1, years[9] = 2", {"years": {"L": [{"N": "1"}, {"N": "2020"}, {"N": "2"}]}}),
        ("SET years = list_append(years, [1])", {"years": {"L": [{"N": "2018"}, {"N": "2020"}, {"N": "1"}]}}),
        ("SET years = LIST_APPEND([1], years)", {"years": {"L": [{"N": "1"}, {"N": "2018"}, {"N": "2020"}]}}),
        ("SET tags = set_add(tags, <<'b', 'c'>>)", {"tags": {"SS": ["a", "b", "c"]}}),
        ("SET more = set_add(more, <<1>>)", {"more": {"NS": ["1"]}}),
        ("SET tags = set_delete(tags, <<'b', 'x'>>)", {"tags": {"SS": ["a"]}}),
        ("SET tags = set_delete(tags, <<'a', 'b'>>)", {"tags": None}),
        ("SET more = set_delete(more, <<1>>)", {}),
        (
            "SET more = set_add(more, <<1>>) SET tags = SET_DELETE(tags, <<'a'>>)",
            {"more": {"NS": ["1"]}, "tags": {"SS": ["b"]}},
        ),
        ("REMOVE plays REMOVE gone", {"plays": None}),
        ("REMOVE years[0], years[1]", {"years": {"L": []}}),
        ("REMOVE tags SET plays = 1", {"tags": None, "plays": {"N": "1"}}),
    ],
)
def test_update(client: Any, music: None, actions: str, changed: dict[str, Any]) -> None:
    assert run(client, f"UPDATE music {actions} {THE_ROW}")["Items"] == []
    expected = {name: value for name, value in {**ROW, **changed}.items() if value is not None}
    assert stored(client) == expected


@pytest.mark.parametrize(
    "function, parameter, tags",
    [
        ("set_add", {"SS": ["b", "c"]}, {"SS": ["a", "b", "c"]}),
        ("set_delete", {"SS": ["b", "c"]}, {"SS": ["a"]}),
        ("set_delete", {"SS": ["b", "a"]}, None),
    ],
)
@pytest.mark.parametrize("operation", ["execute_statement", "batch_execute_statement", "execute_transaction"])
def test_sets_change_by_a_parameter(
    client: Any, music: None, operation: str, function: str, parameter: Any, tags: Any
) -> None:
    statement = {"Statement": f"UPDATE music SET tags = {function}(tags, ?) {THE_ROW}", "Parameters": [parameter]}
    lists = {"batch_execute_statement": "Statements", "execute_transaction": "TransactStatements"}
    getattr(client, operation)(**({lists[operation]: [statement]} if operation in lists else statement))
    assert stored(client).get("tags") == tags


@pytest.mark.parametrize("parameter", [{"S": "x"}, {"L": [{"S": "x"}]}, {"NULL": True}])
def test_a_parameter_of_set_add_must_be_a_set(refused: Any, music: None, parameter: Any) -> None:
    text = f"UPDATE music SET tags = set_add(tags, ?) {THE_ROW}"
    expected = "The second argument to SET_ADD must be a value with type SET at 1:33:4"
    assert refused("execute_statement", Statement=text, Parameters=[parameter]) == f"ValidationException: {expected}"
    members = [{"Statement": text, "Parameters": [parameter]}]
    assert refused("execute_transaction", TransactStatements=members) == (
        f"ValidationException: Validation failed in TransactStatements[0]: {expected}"
    )


@pytest.mark.parametrize(
    "returning, items",
    [
        ("ALL OLD", [ROW]),
        ("ALL NEW", [{**ROW, "plays": {"N": "4"}, "fresh": {"N": "1"}}]),
        ("MODIFIED OLD", [{"plays": {"N": "3"}}]),
        ("MODIFIED NEW", [{"plays": {"N": "4"}, "fresh": {"N": "1"}}]),
    ],
)
def test_update_returns_the_requested_image(client: Any, music: None, returning: str, items: Any) -> None:
    text = f"UPDATE music SET plays = 4, fresh = 1 {THE_ROW} RETURNING {returning} *"
    assert run(client, text)["Items"] == items


def test_update_needs_an_existing_item(client: Any, music: None) -> None:
    with pytest.raises(client.exceptions.ConditionalCheckFailedException):
        run(client, "UPDATE music SET plays = 1 WHERE artist = 'B' AND song = 'C'")
    assert stored(client, artist="B", song="C") is None


def test_update_under_a_condition(client: Any, music: None) -> None:
    run(client, f"UPDATE music SET plays = 4 {THE_ROW} AND plays = ? AND contains(tags, 'a')", {"N": "3"})
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as caught:
        run(client, f"UPDATE music SET plays = 5 {THE_ROW} AND plays = 3")
    assert caught.value.response["Error"]["Message"] == "The conditional request failed"
    assert "Item" not in caught.value.response
    assert stored(client)["plays"] == {"N": "4"}


def test_a_failed_condition_shows_the_item_when_asked(client: Any, music: None) -> None:
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as caught:
        text = f"UPDATE music SET plays = 5 {THE_ROW} AND plays = 4"
        run(client, text, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert caught.value.response["Item"] == ROW


@pytest.mark.parametrize(
    "text, message",
    [
        (
            "SET plays = 1 WHERE artist = 'Acme'",
            "Where clause does not contain a mandatory equality on all key attributes",
        ),
        (
            f"SET plays = 1 {THE_ROW} AND song.x = 1",
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: song",
        ),
        ("SET plays = 1", "Where clause does not contain a mandatory equality on all key attributes"),
        (
            "SET plays = 1 WHERE artist = 'Acme' AND song > 'A'",
            "Where clause does not contain a mandatory equality on all key attributes",
        ),
        (
            "SET plays = 1 WHERE artist = 'Acme' OR song = 'Rocks'",
            "Where clause does not contain a mandatory equality on all key attributes",
        ),
        ("SET plays = 1 WHERE artist = 'Acme' AND song = 1", "The provided key element does not match the schema"),
        (
            f"SET song = 'x' {THE_ROW}",
            "One or more parameter values were invalid: Cannot update attribute song. This attribute is part of the "
            "key",
        ),
        (
            f"SET a = 1, a = 2 {THE_ROW}",
            "Two document paths overlap with each other; must remove or rewrite one of these paths; "
            "path one: [a], path two: [a]",
        ),
        (
            f"SET a = gone + 1 {THE_ROW}",
            "The provided expression refers to an attribute that does not exist in the item",
        ),
        (f"SET plays = tags + 1 {THE_ROW}", "An operand in the update expression has an incorrect data type"),
        (f"SET gone.a = 1 {THE_ROW}", "The document path provided in the update expression is invalid for update"),
        (
            f"SET plays = plays + 'x' {THE_ROW}",
            "Incorrect operand type for operator or function; operator or function: +, operand type: S",
        ),
        (
            f"SET plays = set_add(plays, 1) {THE_ROW}",
            "The second argument to SET_ADD must be a value with type SET at 1:34:5",
        ),
        (
            f"SET tags = set_delete(tags) {THE_ROW}",
            "SET_DELETE must have exactly two arguments at 1:25:10",
        ),
        (
            f"SET tags = set_add(years, <<'x'>>) {THE_ROW}",
            "The first argument to SET_ADD must equal the assignment value at 1:25:7",
        ),
        (f"SET tags = set_add(tags, <<>>) {THE_ROW}", "Empty bags are not supported"),
        (
            f"SET plays = set_add(plays, <<1>>) {THE_ROW}",
            "An operand in the update expression has an incorrect data type",
        ),
        (
            f"SET tags = set_delete(tags, <<1>>) {THE_ROW}",
            "An operand in the update expression has an incorrect data type",
        ),
        (f"SET plays = if_not_exists(plays, 1) {THE_ROW}", "Unrecognized function: if_not_exists at 1:26:13"),
        (
            f"SET fresh = {{'a': [1, 1e200]}} {THE_ROW}",
            "Number overflow. Attempting to store a number with magnitude larger than supported range under root.a[1]",
        ),
        (
            f"SET tags = set_add(tags, <<1>>) {THE_ROW}",
            "An operand in the update expression has an incorrect data type",
        ),
        (
            f"SET year = 'x' {THE_ROW}",
            "One or more parameter values were invalid: Type mismatch for Index Key year Expected: N Actual: S "
            "IndexName: by-year",
        ),
    ],
)
def test_updates_that_are_refused(client: Any, refused: Any, music: None, text: str, message: str) -> None:
    assert refused("execute_statement", Statement=f"UPDATE music {text}") == f"ValidationException: {message}"
    assert stored(client) == ROW


# ---- DELETE


def test_delete(client: Any, music: None) -> None:
    answer = run(client, f"DELETE FROM music {THE_ROW}", ReturnConsumedCapacity="TOTAL")
    assert answer["Items"] == [] and answer["ConsumedCapacity"]["CapacityUnits"] == 1.0
    assert stored(client) is None


def test_delete_returns_the_old_item(client: Any, music: None) -> None:
    assert run(client, f"DELETE FROM music {THE_ROW} RETURNING ALL OLD *")["Items"] == [ROW]
    assert run(client, f"DELETE FROM music {THE_ROW} RETURNING ALL OLD *")["Items"] == []


def test_delete_of_a_missing_item_succeeds(client: Any, music: None) -> None:
    assert run(client, "DELETE FROM music WHERE artist = 'B' AND song = 'C' AND plays = 1")["Items"] == []


def test_delete_under_a_condition(client: Any, music: None) -> None:
    with pytest.raises(client.exceptions.ConditionalCheckFailedException):
        run(client, f"DELETE FROM music {THE_ROW} AND plays = 4")
    assert stored(client) == ROW
    run(client, f"DELETE FROM music {THE_ROW} AND plays = 3")
    assert stored(client) is None


# ---- what follows from writes


def test_statements_appear_in_the_stream_and_in_indexes(ddbmock: Any, client: Any, music: None) -> None:
    with ddbmock.streams["music"].watch() as seen:
        run(client, "INSERT INTO music VALUE {'artist': 'B', 'song': 'C', 'year': 1}")
        run(client, "UPDATE music SET \"year\" = 2 WHERE artist = 'B' AND song = 'C'")
        found = run(client, 'SELECT artist FROM "music"."by-year" WHERE "year" = 2')
        run(client, "DELETE FROM music WHERE artist = 'B' AND song = 'C'")
    assert [record.event for record in seen] == ["INSERT", "MODIFY", "REMOVE"]
    assert found["Items"] == [{"artist": {"S": "B"}}]


def test_a_held_key_is_a_conflict(ddbmock: Any, client: Any, music: None) -> None:
    with ddbmock.faults.hold("music", ("Acme", "Rocks")), pytest.raises(ClientError) as caught:
        run(client, f"UPDATE music SET plays = 1 {THE_ROW}")
    assert caught.value.response["Error"]["Code"] == "TransactionConflictException"
    assert stored(client) == ROW


def test_a_write_to_a_missing_table(refused: Any, music: None) -> None:
    for text in (
        "INSERT INTO gone VALUE {'a': 1}",
        "UPDATE gone SET b = 1 WHERE a = 1",
        "FROM gone WHERE a = 1 SET b = 1",
        "DELETE FROM gone WHERE a = 1",
    ):
        assert refused("execute_statement", Statement=text) == "ResourceNotFoundException: Requested resource not found"
