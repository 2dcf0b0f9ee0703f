"""Key conditions, filters, Select, indexes, starting keys and segments that AWS refuses."""

# ruff: noqa: E501  # a row of a table stands in one line
from __future__ import annotations

from typing import Any

import pytest

from tests.support.refusals import KEY, MISMATCH, VALIDATION, VIOLATED, values, values_in

V: dict[str, Any] = dict(v="a", w="b", n=1, e="", b={"BOOL": True}, t="S", l="x" * 2049, y={"B": b"a"})
BETWEEN = "BETWEEN operator requires"
BOUNDS = "lower bound operand: AttributeValue: {S:b}, upper bound operand: AttributeValue: {S:a}"
MISSED = "Query condition missed key schema element: "
NO_EMPTY = "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: "
TYPES = "One or more parameter values were invalid: Condition parameter type does not match schema type"


@pytest.mark.parametrize(
    "text, fault",
    [
        ("pk = :v OR sk = :v", "Invalid operator used in KeyConditionExpression: OR"),
        ("NOT pk = :v", "Invalid operator used in KeyConditionExpression: NOT"),
        ("pk = :v AND NOT sk = :v", "Invalid operator used in KeyConditionExpression: NOT"),
        ("pk IN (:v)", "Invalid operator used in KeyConditionExpression: IN"),
        ("pk = :v AND sk <> :v", "Invalid operator used in KeyConditionExpression: <>"),
        ("pk = :v AND attribute_exists(sk)", "Invalid operator used in KeyConditionExpression: attribute_exists"),
        ("attribute_not_exists(pk)", "Invalid operator used in KeyConditionExpression: attribute_not_exists"),
        ("pk = :v AND attribute_type(sk, :t)", "Invalid operator used in KeyConditionExpression: attribute_type"),
        ("pk = :v AND contains(sk, :v)", "Invalid operator used in KeyConditionExpression: contains"),
        ("size(pk) = :n", "KeyConditionExpressions cannot contain nested operations"),
        ("pk = :v AND :v BETWEEN :v AND sk", "Invalid KeyConditionExpression: Invalid condition in KeyConditionExpression: BETWEEN operator must have the key attribute as its first operand"),
        ("pk = :v AND begins_with(:v, sk)", "Invalid KeyConditionExpression: Invalid condition in KeyConditionExpression: begins_with operator must have the key attribute as its first operand"),
        ("pk = sk", "Invalid KeyConditionExpression: Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition"),
        (":v = :w", "Invalid KeyConditionExpression: Invalid condition in KeyConditionExpression: No key attribute specified"),
        ("pk.a = :v", "Invalid KeyConditionExpression: KeyConditionExpressions cannot have conditions on nested attributes"),
        ("pk = :v AND sk[0] = :v", "Invalid KeyConditionExpression: KeyConditionExpressions cannot have conditions on nested attributes"),
        ("pk = :v AND pk = :w", "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key"),
        ("pk = :v AND sk = :v AND x = :v", "The number of query conditions (3) exceeds the number of key attributes defined in the schema (2)"),
        ("sk = :v", f"{MISSED}pk"),
        ("x = :v AND sk = :v", f"{MISSED}pk"),
        ("pk = :v AND x = :v", f"{MISSED}sk"),
        ("pk > :v", "Query key condition not supported"),
        ("begins_with(pk, :v)", "Query key condition not supported"),
        ("pk BETWEEN :v AND :w AND sk = :v", "Query key condition not supported"),
        ("pk = :n", TYPES),
        ("pk = :v AND sk > :n", TYPES),
        ("pk = :y", TYPES),
        ("pk = :e", f"{NO_EMPTY}pk"),
        ("pk = :v AND sk > :e", f"{NO_EMPTY}sk"),
        ("pk = :l", "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes"),
        ("pk = :v AND sk = :l", "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes"),
        ("pk = :v AND sk BETWEEN :w AND :v", f"Invalid KeyConditionExpression: The {BETWEEN} upper bound to be greater than or equal to lower bound; {BOUNDS}"),
        ("pk = :v AND begins_with(sk, :n)", "Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N"),
        ("pk = :v AND sk < :b", "Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: <, operand type: BOOL"),
        ("pk = :z", "Invalid KeyConditionExpression: An expression attribute value used in expression is not defined; attribute value: :z"),
        ("name = :v", "Invalid KeyConditionExpression: Attribute name is a reserved keyword; reserved keyword: name"),
        ("", "Invalid KeyConditionExpression: The expression can not be empty;"),
        (f"pk = :v{' ' * 4101}", "Invalid KeyConditionExpression: Expression size has exceeded the maximum allowed size; expression size: 4108"),
    ],
)  # fmt: skip
def test_key_conditions_must_be_of_keys(refused: Any, tables: Any, text: str, fault: str) -> None:
    message = refused("query", TableName="full", KeyConditionExpression=text, **values_in(text, **V))
    assert message == f"{VALIDATION}{fault}"


def test_a_table_without_a_sort_key_takes_one_condition(refused: Any, tables: Any) -> None:
    condition = {"KeyConditionExpression": "pk = :v AND sk = :w", **values(v="a", w="b")}
    # Unsure: the text, captured for three conditions on two key attributes.
    assert refused("query", TableName="plain", **condition) == (
        f"{VALIDATION}The number of query conditions (2) exceeds the number of key attributes defined in the schema (1)"
    )


def test_a_value_may_stand_on_the_left(client: Any, tables: Any) -> None:
    for letter in "abc":
        client.put_item(TableName="full", Item={**KEY, "sk": {"S": letter}})
    condition = {"KeyConditionExpression": "(:w <= sk) AND (pk = :v)", **values(v="a", w="b")}
    assert [item["sk"]["S"] for item in client.query(TableName="full", **condition)["Items"]] == ["b", "c"]


def test_a_filter_of_a_query_names_no_key_of_what_is_read(client: Any, refused: Any, tables: Any) -> None:
    text = f"{VALIDATION}Filter Expression can only contain non-primary key attributes: Primary key attribute: "
    query = {"TableName": "full", "KeyConditionExpression": "pk = :v", **values(v="a")}
    assert refused("query", **query, FilterExpression="a = :v AND sk = :v") == f"{text}sk"
    assert refused("query", **query, FilterExpression="attribute_exists(pk)") == f"{text}pk"
    by_g = {"TableName": "full", "IndexName": "by-g-n", "KeyConditionExpression": "g = :v", **values(v="a")}
    assert refused("query", **by_g, FilterExpression="n = :v") == f"{text}n"
    client.query(**by_g, FilterExpression="pk = :v AND sk = :v")
    client.scan(TableName="full", FilterExpression="pk = :v AND sk = :v", **values(v="a"))


OF_SELECT = ("Must specify", "Cannot specify the", "ALL_PROJECTED_ATTRIBUTES can")
SPECIFIC = "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"


@pytest.mark.parametrize(
    "options, text",
    [
        ({"Select": "SPECIFIC_ATTRIBUTES"}, SPECIFIC),
        ({"Select": "ALL_ATTRIBUTES", "ProjectionExpression": "a"}, "Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES"),
        ({"Select": "ALL_PROJECTED_ATTRIBUTES", "ProjectionExpression": "a", "IndexName": "by-g"}, "Cannot specify the ProjectionExpression when choosing to get ALL_PROJECTED_ATTRIBUTES"),
        ({"Select": "COUNT", "ProjectionExpression": "a"}, "Cannot specify the ProjectionExpression when choosing to get only the Count"),
        ({"Select": "ALL_ATTRIBUTES", "AttributesToGet": ["a"]}, "Cannot specify the AttributesToGet when choosing to get ALL_ATTRIBUTES"),
        ({"Select": "COUNT", "AttributesToGet": ["a"]}, "Cannot specify the AttributesToGet when choosing to get only the Count"),
        ({"Select": "ALL_PROJECTED_ATTRIBUTES"}, "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"),
        ({"Select": "ALL_ATTRIBUTES", "IndexName": "by-g-n"}, "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index by-g-n because its projection type is not ALL"),
        ({"ProjectionExpression": "pk, a, b, c.d", "IndexName": "by-g-n"}, "One or more parameter values were invalid: Global secondary index by-g-n does not project [b, c]"),
        ({"AttributesToGet": ["b"], "IndexName": "by-g-n"}, "One or more parameter values were invalid: Global secondary index by-g-n does not project [b]"),
        ({"IndexName": "by-g", "ConsistentRead": True}, "Consistent reads are not supported on global secondary indexes"),
        ({"IndexName": "nope"}, "The table does not have the specified index: nope"),
        # Unsure: the text, known of PartiQL.
        ({"IndexName": "by-g-n", "FilterExpression": "attribute_exists(b)"}, "One or more parameter values were invalid: Secondary index by-g-n does not project one or more filter attributes: [b]"),
    ],
)  # fmt: skip
def test_what_is_read_must_fit_the_source(refused: Any, tables: Any, options: Any, text: str) -> None:
    assert refused("scan", TableName="full", **options) == f"{VALIDATION}{text}"
    condition = {"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]}}
    if options.get("IndexName", "") in ("by-g", "by-g-n"):
        condition = {"g": condition["pk"]}
    old = {"KeyConditions": condition}
    opening = VIOLATED if text.startswith(OF_SELECT) else VALIDATION
    assert refused("query", TableName="full", **old, **options) == f"{opening}{text}"


START = f"{VALIDATION}The provided starting key is invalid"
G = {"g": {"S": "x"}, "n": {"N": "1"}}


@pytest.mark.parametrize(
    "index, start, text",
    [
        (None, {}, f"{START}: {MISMATCH[len(VALIDATION) :]}"),
        (None, {"pk": {"S": "a"}}, f"{START}: {MISMATCH[len(VALIDATION) :]}"),
        (None, {**KEY, "x": {"S": "a"}}, f"{START}: {MISMATCH[len(VALIDATION) :]}"),
        (None, {"pk": {"S": "a"}, "x": {"S": "a"}}, f"{START}: {MISMATCH[len(VALIDATION) :]}"),
        (None, {**KEY, "sk": {"N": "1"}}, f"{START}: {MISMATCH[len(VALIDATION) :]}"),
        ("by-g-n", {}, START),
        ("by-g-n", KEY, START),
        ("by-g-n", {**KEY, "g": {"S": "x"}, "x": {"N": "1"}}, START),
        ("by-g-n", {**KEY, **G, "x": {"N": "1"}}, START),
        ("by-g-n", {**KEY, **G, "sk": {"N": "1"}}, f"{START}: {MISMATCH[len(VALIDATION) :]}"),
        ("by-g-n", {**KEY, **G, "n": {"S": "1"}}, MISMATCH),
    ],
)
def test_the_starting_key_of_a_scan_has_the_keys_of_its_source(
    refused: Any, tables: Any, index: str | None, start: Any, text: str
) -> None:
    options = {} if index is None else {"IndexName": index}
    assert refused("scan", TableName="full", ExclusiveStartKey=start, **options) == text


@pytest.mark.parametrize(
    "options, text",
    [
        ({"Segment": 0}, "The TotalSegments parameter is required but was not present in the request when Segment parameter is present"),
        ({"TotalSegments": 4}, "The Segment parameter is required but was not present in the request when parameter TotalSegments is present"),
        ({"Segment": 4, "TotalSegments": 4}, "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 4 is not less than TotalSegments: 4"),
        ({"Segment": 5, "TotalSegments": 1}, "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 5 is not less than TotalSegments: 1"),
    ],
)  # fmt: skip
def test_segments_must_make_sense(refused: Any, tables: Any, options: Any, text: str) -> None:
    assert refused("scan", TableName="full", **options) == f"{VALIDATION}{text}"


def test_the_starting_key_of_another_segment_is_refused_in_one_of_two(client: Any, tables: Any) -> None:
    said = set()
    for segment in (0, 1):
        try:
            client.scan(TableName="full", Segment=segment, TotalSegments=2, ExclusiveStartKey=KEY)
        except client.exceptions.ClientError as error:
            said.add((segment, error.response["Error"]["Message"]))
    [(segment, message)] = said
    assert message == (
        "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct "
        f"Segment. TotalSegments: 2 Segment: {segment}"
    )


def test_a_local_index_may_be_read_whole_and_consistently(client: Any, tables: Any) -> None:
    client.put_item(TableName="full", Item={**KEY, "l": {"S": "y"}, "b": {"S": "z"}})
    query = {"TableName": "full", "IndexName": "by-l", "KeyConditionExpression": "pk = :v", **values(v="a")}
    for options in ({"Select": "ALL_ATTRIBUTES"}, {"ProjectionExpression": "b"}):
        [item] = client.query(**query, ConsistentRead=True, **options)["Items"]
        assert item["b"] == {"S": "z"}
