"""Every text is a statement or raises DynamoDB's error, and takes little time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ddbmock.errors import DynamoDBError, NotImplementedByMock
from pytest_ddbmock.partiql import reads, writes
from pytest_ddbmock.partiql.keywords import KEYWORDS
from pytest_ddbmock.partiql.parser import parse
from pytest_ddbmock.partiql.statements import Select
from pytest_ddbmock.storage.schema import KeySchema
from pytest_ddbmock.values.attribute import decode
from pytest_ddbmock.values.item import decode_item

KEYS = KeySchema(("pk",), ("sk",), {"pk": "S", "sk": "N"})
ITEM = decode_item({"pk": {"S": "a"}, "sk": {"N": "1"}, "a": {"M": {"b": {"SS": ["a"]}}}, "b": {"L": [{"N": "2"}]}})
PARAMETERS = [{"S": "a"}, {"N": "1"}, {"L": [{"SS": ["a"]}]}, {"M": {"a": {"NULL": True}}}, {"BS": [b"a"]}]

WORDS = """
    SELECT INSERT INTO UPDATE DELETE EXISTS FROM WHERE ORDER BY VALUE SET REMOVE RETURNING ALL OLD NEW
    AND OR NOT IN BETWEEN LIKE IS MISSING NULL TRUE FALSE ASC DESC AS DISTINCT LIMIT COUNT
    BOOL STRING LIST STRUCT INT4 DOUBLE PRECISION CHARACTER VARYING
    attribute_exists( attribute_not_exists(a) begins_with contains size attribute_type if_not_exists
    list_append set_add( set_delete T pk sk a b "T" 'a' 'b' 1 2.5 0 -1 1e3 1e200 1e9999999999 .5
    ? * ( ) [ ] { } << >> , . : ;
    = <> != < > <= >= + - || / @ ` # -- /* */ T.I T.I.J a.b a[0] a[b] pk='a' sk=1 'a':1 =true
"""
words = st.sampled_from(WORDS.split())
starts = st.sampled_from(
    [
        "SELECT * FROM T WHERE",
        "SELECT * FROM T WHERE pk='a' AND attribute_exists(",
        "SELECT * FROM T WHERE pk='a' OR pk='a' AND sk",
        "SELECT",
        "INSERT INTO T VALUE {'pk':",
        "INSERT INTO T",
        "UPDATE T SET a =",
        "UPDATE T SET a = set_add(a,",
        "UPDATE T SET a = 1 WHERE pk='a' AND sk=1 AND",
        "FROM T WHERE pk='a' AND sk=1",
        "FROM T WHERE pk='a' AND sk=1 SET",
        "FROM T WHERE pk='a' AND NOT",
        "DELETE FROM T WHERE",
        "EXISTS(SELECT * FROM T WHERE",
        "EXISTS(SELECT * FROM T WHERE pk='a' AND sk=1 AND",
        "a IS",
        "",
    ]
)


def try_all(text: str) -> None:
    try:
        statement = parse(text)
    except (DynamoDBError, NotImplementedByMock) as error:
        assert not isinstance(error, DynamoDBError) or (error.code == "ValidationException" and error.message)
        return
    parameters = [decode(PARAMETERS[position % len(PARAMETERS)]) for position in range(statement.parameters)]
    try:
        bound = statement.bind(parameters)
        if isinstance(statement.body, Select):
            read = reads.of_select(statement.body, KEYS, bound)
            assert read.condition is None or read.condition.test(ITEM) in (True, False)
            assert read.projection is None or read.projection.apply(ITEM) is not None
        else:
            write = writes.of_write(statement, KEYS, bound)
            write.require(None if isinstance(write, writes.Put) else ITEM)
            if isinstance(write, writes.UpdateItem):
                write.update.apply(ITEM)
    except NotImplementedByMock:
        pass
    except DynamoDBError as error:
        assert error.code in ("ValidationException", "ConditionalCheckFailedException")


@given(st.text(max_size=80))
def test_any_text(text: str) -> None:
    try_all(text)


@settings(max_examples=600)
@given(starts, st.lists(words, max_size=14))
def test_any_sequence_of_words(start: str, row: list[str]) -> None:
    try_all(" ".join([start, *row]))


@given(starts, st.lists(st.sampled_from(sorted(KEYWORDS)), max_size=4))
def test_any_sequence_of_keywords(start: str, row: list[str]) -> None:
    try_all(" ".join([start, *row]))


MAX = 8192


@pytest.mark.parametrize(
    "begin, middle, end",
    [
        ("SELECT * FROM T WHERE ", "(", ""),
        ("SELECT * FROM T WHERE ", "NOT ", "a = 1"),
        ("SELECT * FROM T WHERE ", "(a=1 AND ", "b=1"),
        ("SELECT * FROM T WHERE a = ", "(", "1"),
        ("SELECT * FROM T WHERE a = ", "[", "1"),
        ("SELECT * FROM T WHERE a = ", "- ", "1"),
        ("SELECT * FROM T WHERE ", "size(", "a"),
        ("SELECT * FROM T WHERE a", "[0]", "= 1"),
        ("SELECT * FROM T WHERE a", ".b", "= 1"),
        ("INSERT INTO T VALUE ", "{'a':", "1"),
        ("INSERT INTO T VALUE {'a':", "<<", "1"),
        ("UPDATE T SET a = ", "list_append(a,", "b"),
        ("UPDATE T SET a = 1", " SET a = 1", " WHERE pk='a'"),
        ("SELECT ", "a,", "a FROM T"),
        ("SELECT * FROM T WHERE a IN [", "1,", "1]"),
        ("SELECT * FROM T ", "/*", ""),
        ("SELECT * FROM T ", "/* */", ""),
        ("SELECT * FROM T WHERE a = ", "'", ""),
        ("SELECT * FROM T WHERE a = 1", "0", ""),
        ("SELECT * FROM T WHERE a[", "9", "] = 1"),
        ("SELECT * FROM T WHERE a=1 ", "OR a=1 ", ""),
        ("SELECT * FROM T WHERE pk='a' ", "AND (pk='b' OR pk='a') ", ""),
        ("SELECT * FROM T WHERE pk='a' ", "OR pk='a' AND sk=1 ", ""),
        ("SELECT * FROM T WHERE a", " IS MISSING = true", ""),
        ("SELECT * FROM T WHERE ", "a BETWEEN ", ""),
        ("SELECT * FROM T WHERE a = ", "{'a':", ""),
        ("SELECT * FROM T WHERE a", "[a", ""),
        ("SELECT * FROM ", "(SELECT * FROM ", ""),
        ("SELECT * FROM T WHERE ", "attribute_exists(a) AND ", "b=1"),
        ("SELECT * FROM T WHERE a = ", "1+", "1"),
        ("FROM T WHERE ", "FROM T WHERE ", ""),
        ("SELECT ", "SELECT ", ""),
        ("SELECT * FROM T WHERE pk IN [", "'a',", "'a']"),
    ],
)
def test_the_longest_texts_are_parsed_quickly_and_raise_aws_errors_only(begin: str, middle: str, end: str) -> None:
    text = begin + middle * ((MAX - len(begin) - len(end)) // len(middle)) + end
    before = time.perf_counter()
    try_all(text)
    assert time.perf_counter() - before < 5
