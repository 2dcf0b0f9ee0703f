"""Whatever is given to the parsers and decoders, the answer is a result or DynamoDB's error."""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions import legacy
from pytest_ddbmock.expressions.condition import compile_condition
from pytest_ddbmock.expressions.key_condition import KeyCondition, key_range
from pytest_ddbmock.expressions.placeholders import Placeholders
from pytest_ddbmock.expressions.projection import compile_projection
from pytest_ddbmock.expressions.update import compile_update
from pytest_ddbmock.values import attribute, numbers
from pytest_ddbmock.values.faults import Layer
from pytest_ddbmock.values.item import EMPTY, decode_item

NAMES = {"#a": "a", "#b": "b.c"}
VALUES: dict[str, Any] = {
    ":s": {"S": "x"},
    ":n": {"N": "1"},
    ":b": {"B": b"a"},
    ":t": {"BOOL": True},
    ":ss": {"SS": ["x"]},
    ":ns": {"NS": ["1"]},
    ":l": {"L": [{"S": "x"}]},
    ":m": {"M": {"a": {"N": "1"}}},
}
ITEM = decode_item(
    {
        "a": {"L": [{"M": {"b": {"N": "1"}}}, {"S": "x"}]},
        "b": {"M": {"a": {"N": "1"}, "b": {"SS": ["x", "y"]}}},
        "c": {"N": "7"},
        "d": {"S": "text"},
        "b.c": {"NULL": True},
    }
)
WORDS = [
    *("a", "b", "c", "d", "gone", "#a", "#b", "#c", ":s", ":n", ":b", ":t", ":ss", ":ns", ":l", ":m", ":x", "size"),
    *("AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE", "status", "_", "#", ":", "0", "1", "07"),
    *("(", ")", "[", "]", "[0]", "[1]", ".", ",", "=", "<>", "<", "<=", ">", ">=", "+", "-", "!", "'x'", "é", "\n"),
    *("size(a)", "contains(a, :s)", "begins_with(d, :s)", "attribute_exists(", "attribute_not_exists(b.a)", "foo("),
    *("attribute_type(c, :s)", "if_not_exists(gone, :n)", "list_append(a, :l)", "a = :s", "c > :n", "SET c = c + :n"),
]
soup = st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)
tight_soup = st.lists(st.sampled_from(WORDS), max_size=25).map("".join)
any_text = st.one_of(soup, tight_soup, st.text(max_size=40), st.text(alphabet="()ab:= ,.[]#0AND", max_size=60))


def run_everything(text: str) -> None:
    def placeholders() -> Placeholders:
        return Placeholders(NAMES, VALUES)

    for kind in ("ConditionExpression", "FilterExpression"):
        with contextlib.suppress(DynamoDBError):
            condition = compile_condition(kind, text, placeholders())
            assert condition.test(ITEM) in (True, False)
            assert condition.test(EMPTY) in (True, False)
    for update_text in (text, f"SET {text}", f"REMOVE {text}", f"SET d = {text}"):
        with contextlib.suppress(DynamoDBError):
            update = compile_update(update_text, placeholders())
            for item in (ITEM, EMPTY):
                with contextlib.suppress(DynamoDBError):
                    update.updated(update.apply(item))
    with contextlib.suppress(DynamoDBError):
        compile_projection(text, placeholders()).apply(ITEM)
    with contextlib.suppress(DynamoDBError):
        tests = KeyCondition(text, placeholders()).tests()
        key_range(tests, hash_keys=["a"], range_keys=["c"], types={"a": "S", "c": "N"})


@settings(max_examples=300)
@given(any_text)
@example("(" * 4096)
@example("NOT " * 1020 + "a=:s")
@example("NOT(" * 299 + "a=:s" + ")" * 299)
@example("size(" * 800)
@example("size(" * 700 + "a" + ")" * 590)
@example("list_append(" * 340)
@example("if_not_exists(a," * 230 + ":n" + ")" * 230)
@example("a" + "[0]" * 1300)
@example("a" + ".a" * 2000)
@example("a IN (" + ",".join([":s"] * 1000) + ")")
@example("a,b,c,d")
@example("a[" + "9" * 4000 + "]")
@example("\ud800")
@example("a = :s \x00")
def test_any_text_is_compiled_or_refused(text: str) -> None:
    run_everything(text)


json_values: Any = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 5),
        st.floats(allow_nan=False),
        st.text(max_size=4),
        st.binary(max_size=3),
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M", "x", "", "#a", ":v", "Value", "Exists"]
                + ["ComparisonOperator", "AttributeValueList", "Action"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
conditions = st.dictionaries(
    st.sampled_from(["a", "b", ""]),
    st.fixed_dictionaries(
        {},
        optional={
            "Value": json_values | st.just({"S": "x"}),
            "Exists": json_values,
            "ComparisonOperator": st.sampled_from([*legacy.CONDITIONS, "LIKE"]) | json_values,
            "AttributeValueList": st.lists(json_values | st.sampled_from([*VALUES.values()]), max_size=3) | json_values,
            "Action": st.sampled_from(["PUT", "ADD", "DELETE"]) | json_values,
        },
    )
    | json_values,
    max_size=3,
)


@settings(max_examples=150)
@given(conditions | json_values, st.sampled_from([None, "AND", "OR"]))
def test_any_legacy_parameter_is_compiled_or_refused(given_value: Any, operator: str | None) -> None:
    with contextlib.suppress(DynamoDBError):
        assert legacy.expected(given_value, operator).test(ITEM) in (True, False)
    with contextlib.suppress(DynamoDBError):
        assert legacy.scan_filter(given_value, operator).test(ITEM) in (True, False)
    with contextlib.suppress(DynamoDBError):
        update = legacy.attribute_updates(given_value)
        update.updated(update.apply(ITEM))
    with contextlib.suppress(DynamoDBError):
        tests = legacy.key_conditions(given_value)
        key_range(tests, hash_keys=["a"], range_keys=["b"], types={"a": "S", "b": "N"})


@settings(max_examples=150)
@given(json_values, json_values, st.sampled_from(Layer))
def test_any_maps_of_placeholders_are_decoded_or_refused(names: Any, values: Any, layer: Layer) -> None:
    with contextlib.suppress(DynamoDBError):
        Placeholders(names, values, layer=layer)


@settings(max_examples=150)
@given(json_values)
def test_any_value_is_decoded_or_refused(given_value: Any) -> None:
    with contextlib.suppress(DynamoDBError):
        value = attribute.decode(given_value)
        assert attribute.decode(attribute.to_wire(value)) == value
    with contextlib.suppress(DynamoDBError):
        decode_item(given_value)


@settings(max_examples=150)
@given(st.text(max_size=50) | st.text(alphabet="0123456789.eE+-", max_size=60))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    with contextlib.suppress(DynamoDBError):
        assert numbers.canonical(numbers.canonical(text)) == numbers.canonical(text)
