"""Filter patterns: what the documentation's comparisons let through, and any pattern built around a record."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ddbmock import UsageError
from pytest_ddbmock.followers.patterns import MAX_LENGTH, compile_pattern, compile_patterns

RECORD = {
    "eventName": "INSERT",
    "awsRegion": "us-east-1",
    "dynamodb": {
        "ApproximateCreationDateTime": 1428537600.0,
        "Keys": {"Id": {"N": "101"}},
        "NewImage": {
            "Id": {"N": "101"},
            "status": {"S": "OPEN"},
            "empty": {"S": ""},
            "paid": {"BOOL": True},
            "nothing": {"NULL": True},
            "tags": {"SS": ["a", "b"]},
            "none": {"L": []},
            "lines": {"L": [{"M": {"sku": {"S": "x"}, "n": {"N": "1"}}}, {"M": {"sku": {"S": "y"}}}]},
        },
        "SizeBytes": 26,
    },
    "userIdentity": None,
}


def fits(pattern, record=RECORD):
    return compile_pattern(json.dumps(pattern))(record)


def image(**attributes):
    return {"dynamodb": {"NewImage": attributes}}


@pytest.mark.parametrize(
    "pattern",
    [
        {},
        {"eventName": ["INSERT"]},
        {"eventName": ["MODIFY", "INSERT"]},
        {"eventName": ["INSERT"], "awsRegion": ["us-east-1"]},
        {"awsRegion": [{"prefix": "us-"}]},
        {"awsRegion": [{"suffix": "-1"}]},
        {"eventName": [{"equals-ignore-case": "insert"}]},
        {"eventName": [{"anything-but": ["MODIFY", "REMOVE"]}]},
        {"eventName": [{"anything-but": "MODIFY"}]},
        {"userIdentity": [None]},
        {"dynamodb": {"SizeBytes": [26]}},
        {"dynamodb": {"SizeBytes": [{"numeric": ["=", 26]}]}},
        {"dynamodb": {"SizeBytes": [{"numeric": [">", 25, "<=", 26]}]}},
        {"dynamodb": {"SizeBytes": [{"numeric": ["<", 30]}]}},
        {"dynamodb": {"Keys": {"Id": {"N": ["101"]}}}},
        image(status={"S": ["OPEN", "CLOSED"]}),
        image(empty={"S": [""]}),
        image(paid={"BOOL": [True]}),
        image(tags={"SS": ["b"]}),
        image(lines={"L": {"M": {"sku": {"S": ["y"]}}}}),
        image(status={"S": [{"exists": True}]}),
        image(colour={"S": [{"exists": False}]}),
        image(none={"L": [{"exists": False}]}),
        {"dynamodb": {"OldImage": {"status": {"S": [{"exists": False}]}}}},
        {"$or": [{"eventName": ["REMOVE"]}, {"awsRegion": ["us-east-1"]}]},
        {"dynamodb": {"$or": [{"SizeBytes": [1]}, {"Keys": {"Id": {"N": ["101"]}}}]}},
    ],
)
def test_a_record_fits(pattern):
    assert fits(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        {"eventName": ["insert"]},
        {"eventName": ["INSERT"], "awsRegion": ["eu-west-1"]},
        {"eventName": [{"anything-but": ["INSERT"]}]},
        {"colour": [{"anything-but": ["red"]}]},
        {"colour": [None]},
        {"awsRegion": [{"prefix": "eu-"}]},
        {"awsRegion": [{"suffix": "-2"}]},
        {"eventName": [{"equals-ignore-case": "remove"}]},
        {"dynamodb": {"SizeBytes": ["26"]}},
        {"dynamodb": {"SizeBytes": [{"numeric": [">", 26]}]}},
        {"dynamodb": {"Keys": {"Id": {"N": [{"numeric": ["=", 101]}]}}}},
        {"dynamodb": {"Keys": {"Id": {"N": [101]}}}},
        image(status={"S": ["CLOSED"]}),
        image(status=[{"exists": True}]),
        image(status={"S": [{"exists": False}]}),
        image(paid={"BOOL": [1]}),
        image(tags={"SS": ["c"]}),
        image(lines={"L": {"M": {"sku": {"S": ["y"]}, "n": {"N": ["1"]}}}}),
        image(status={"S": {"deeper": ["OPEN"]}}),
        {"$or": [{"eventName": ["REMOVE"]}, {"awsRegion": ["eu-west-1"]}]},
    ],
)
def test_a_record_does_not_fit(pattern):
    assert not fits(pattern)


TTL = '{"userIdentity": {"type": ["Service"], "principalId": ["dynamodb.amazonaws.com"]}}'


def test_the_pattern_for_expired_items_tells_them_from_others():
    expired = {**RECORD, "userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"}}
    assert compile_pattern(TTL)(expired)
    assert not compile_pattern(TTL)(RECORD)


def test_several_patterns_are_alternatives_and_none_lets_everything_through():
    assert compile_patterns([TTL, '{"eventName": ["INSERT"]}'])(RECORD)
    assert not compile_patterns([TTL, '{"eventName": ["REMOVE"]}'])(RECORD)
    assert compile_patterns([])(RECORD)


@pytest.mark.parametrize(
    "text, said",
    [
        ("{", "Invalid filter pattern definition"),
        ("[]", "JSON object"),
        ('"x"', "JSON object"),
        ("[" * 3000, "Invalid filter pattern"),
        ('{"a": "x"}', '"a" must be a list of values or an object'),
        ('{"a": []}', "empty"),
        ('{"a": {"b": [[1]]}}', '"a.b": a list inside'),
        ('{"a": [{"prefix": 1}]}', "takes a string"),
        ('{"a": [{"wildcard": "x*"}]}', "unknown comparison"),
        ('{"a": [{"prefix": "a", "suffix": "b"}]}', "one comparison"),
        ('{"a": [{"anything-but": {"prefix": "a"}}]}', "anything-but"),
        ('{"a": [{"anything-but": []}]}', "anything-but"),
        ('{"a": [{"exists": 1}]}', "true or false"),
        ('{"a": [{"numeric": ["=", "1"]}]}', "numeric"),
        ('{"a": [{"numeric": ["!", 1]}]}', "numeric"),
        ('{"a": [{"numeric": [">", 2, "<", 1]}]}', "lower bound, then upper bound"),
        ('{"$or": []}', "list of objects"),
        ('{"$or": [1]}', "list of objects"),
        ('{"a": ["' + "x" * MAX_LENGTH + '"]}', "4096"),
    ],
)
def test_a_pattern_that_aws_rejects_is_refused_with_the_reason(text, said):
    with pytest.raises(UsageError, match=said):
        compile_pattern(text)


def test_a_pattern_is_text():
    with pytest.raises(UsageError, match=r"json\.dumps"):
        compile_pattern({"a": [1]})


# ---- any record

leaves = st.one_of(st.text(max_size=3), st.integers(-9, 9), st.booleans(), st.none())
names = st.sampled_from("abc")
records = st.recursive(
    st.dictionaries(names, leaves, max_size=3),
    lambda inner: st.dictionaries(names, st.one_of(leaves, inner, st.lists(st.one_of(leaves, inner), max_size=3))),
    max_leaves=10,
)


def pattern_of(record):
    """The pattern that asks for each leaf of a record."""
    pattern = {}
    for name, value in record.items():
        if isinstance(value, dict):
            pattern[name] = pattern_of(value)
        elif isinstance(value, list):
            plain = [one for one in value if not isinstance(one, dict)]
            pattern[name] = plain if plain else [{"exists": False}]
        else:
            pattern[name] = [value]
    return pattern


@given(records)
def test_every_record_fits_the_pattern_of_its_own_leaves(record):
    assert fits(pattern_of(record), record)


@given(records, leaves)
def test_a_value_or_its_absence_fits_and_never_both(record, value):
    there = fits({"a": [{"exists": True}]}, record)
    assert there != fits({"a": [{"exists": False}]}, record)
    if fits({"a": [value]}, record):
        assert there


@given(records, st.text(max_size=3))
def test_anything_but_is_the_opposite_of_equality_for_a_single_value(record, value):
    if not isinstance(record.get("a", {}), dict | list):
        assert fits({"a": [value]}, record) != fits({"a": [{"anything-but": [value]}]}, record)


@given(records, records, records)
def test_or_is_what_one_of_its_alternatives_is(record, one, other):
    first, second = pattern_of(one), pattern_of(other)
    assert fits({"$or": [first, second]}, record) == (fits(first, record) or fits(second, record))


@given(st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=4), inner)), records)
def test_any_json_is_a_pattern_or_is_refused(pattern, record):
    try:
        test = compile_pattern(json.dumps(pattern))
    except UsageError:
        return
    assert test(record) in (True, False)
