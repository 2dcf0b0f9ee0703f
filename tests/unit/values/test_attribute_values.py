"""Attribute values from the wire and back: structure, sets, nesting, equality, sizes, order."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.values import keys, numbers, paths, sizes
from pytest_ddbmock.values.attribute import NESTED_TOO_DEEP, attributes_to_wire, decode, decode_attributes, to_wire
from pytest_ddbmock.values.faults import InvalidValue, Layer
from pytest_ddbmock.values.item import EMPTY, Item, decode_item, decode_value
from pytest_ddbmock.values.ordering import HASH_SPACE, partition_hash, sort_key

NOT_A_NUMBER = "The parameter cannot be converted to a numeric value"
INVALID = "One or more parameter values were invalid: "

texts = st.text(max_size=8)
blobs = st.binary(max_size=8)
number_texts = st.one_of(
    st.integers(-(10**12), 10**12).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**6), max_value=10**6).map(str),
)
names = st.text(min_size=1, max_size=5)
scalars = st.one_of(
    texts.map(lambda value: {"S": value}),
    number_texts.map(lambda value: {"N": value}),
    blobs.map(lambda value: {"B": value}),
    st.booleans().map(lambda value: {"BOOL": value}),
    st.just({"NULL": True}),
)
sets = st.one_of(
    st.lists(texts, min_size=1, max_size=4, unique=True).map(lambda members: {"SS": members}),
    st.lists(number_texts, min_size=1, max_size=4, unique_by=numbers.canonical).map(lambda members: {"NS": members}),
    st.lists(blobs, min_size=1, max_size=4, unique=True).map(lambda members: {"BS": members}),
)
wire_values = st.recursive(
    st.one_of(scalars, sets),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda elements: {"L": elements}),
        st.dictionaries(names, inner, max_size=3).map(lambda attributes: {"M": attributes}),
    ),
    max_leaves=8,
)


def refusal(given: Any) -> Any:
    with pytest.raises(DynamoDBError) as refused:
        decode(given)
    return refused.value


def item_refusal(raw: Any) -> str | None:
    with pytest.raises(InvalidValue) as refused:
        decode_item(raw)
    return refused.value.message


def nested(levels: int, kind: str = "M") -> Any:
    value: Any = {"S": "x"}
    for _ in range(levels):
        value = {"M": {"a": value}} if kind == "M" else {"L": [value]}
    return value


@pytest.mark.parametrize(
    "given_value, message",
    [
        ({}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        ({"X": "1"}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        ({"S": None}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        (
            {"S": "a", "N": "1"},
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported "
            "datatypes",
        ),
        ({"S": "a", "N": "x"}, "The parameter cannot be converted to a numeric value: x"),
        ({"NULL": False}, INVALID + "Null attribute value types must have the value of true"),
        ({"SS": []}, INVALID + "An string set  may not be empty"),
        ({"NS": []}, INVALID + "An number set  may not be empty"),
        ({"BS": []}, INVALID + "Binary sets should not be empty"),
        ({"SS": ["b", "a", "b"]}, INVALID + 'Input collection ["a", "b", "b"] contains duplicates.'),
        ({"NS": ["1", "1.0"]}, INVALID + "Input collection contains duplicates."),
        ({"BS": [b"b", "Yg=="]}, INVALID + 'Input collection ["Yg==","Yg=="]of type BS contains duplicates.'),
        ({"NS": ["1", "x"]}, "The parameter cannot be converted to a numeric value: x"),
        ({"M": {"": {"S": "a"}}}, "Empty attribute name"),
        ({"M": {"": {"S": "a"}, "b": {"L": [{"M": {"c": {"N": "x"}}}]}}}, NOT_A_NUMBER + ": x"),
        (nested(32), NESTED_TOO_DEEP),
        (nested(32, "L"), NESTED_TOO_DEEP),
        (nested(900, "L"), NESTED_TOO_DEEP),
    ],
)
def test_a_bad_value_is_refused(given_value: Any, message: str) -> None:
    error = refusal(given_value)
    assert (error.code, error.message) == ("ValidationException", message)


@pytest.mark.parametrize(
    "value, new, old",
    [
        ({"SS": ["b", "a", "b"]}, '["a", "b", "b"] contains duplicates.', "[b, a, b] contains duplicates."),
        # Sorted by bytes up to the first repeat, then the rest as sent.
        (
            {"SS": ["é", "z", "Z", "", "z", "b", "a", "a"]},
            '["", "Z", "z", "é", "z", "b", "a", "a"] contains duplicates.',
            "[é, z, Z, , z, b, a, a] contains duplicates.",
        ),
        (
            {"BS": [b"\xff", b"\x00", b"\x00"]},
            '["AA==","/w==","AA=="]of type BS contains duplicates.',
            "[/w==, AA==, AA==]of type BS contains duplicates.",
        ),
        ({"NS": ["2", "1", "2.0"]}, "contains duplicates.", None),
    ],
)
def test_two_layers_print_a_set_with_duplicates_differently(value: Any, new: str, old: str | None) -> None:
    error = refusal(value)
    assert error.worded_by(Layer.NEW).message == f"{INVALID}Input collection {new}"
    old_message = "Input collection contains duplicates" if old is None else f"{INVALID}Input collection {old}"
    assert error.worded_by(Layer.OLD).message == old_message


@pytest.mark.parametrize("innermost", [{"S": "x"}, {"SS": ["x"]}, {"M": {}}, {"L": []}, {"NULL": True}])
@pytest.mark.parametrize("kinds", ["M", "L", "ML", "LLM"])
def test_a_value_has_32_levels(kinds: str, innermost: Any) -> None:
    for wrappings, is_accepted in ((30, True), (31, True), (32, False)):
        value = innermost
        for number in range(wrappings):
            value = {"M": {"a": value}} if kinds[number % len(kinds)] == "M" else {"L": [value]}
        if is_accepted:
            assert to_wire(decode(value)) == value
            assert paths.levels(decode(value)) == wrappings + 1
        else:
            assert refusal(value).message == NESTED_TOO_DEEP


@pytest.mark.parametrize(
    "item, message",
    [
        ({"a": {"S": "x"}, "": {"S": "x"}}, "Empty attribute name"),
        ({"a": nested(32), "": {"S": "x"}}, "Empty attribute name"),
        ({"a": {"N": "x"}, "": {"S": "x"}}, "Empty attribute name"),
        ({"a": {"M": {"": {"S": "x"}}}}, "Empty attribute name"),
        ({"a": {"L": [{"M": {"": {"S": "x"}}}]}}, "Empty attribute name"),
        ({"a": {"M": {"": {"S": "x"}}}, "b": nested(32)}, NESTED_TOO_DEEP),
        ({"a": {"L": [{"M": {"": {"S": "x"}}}, nested(31, "L")]}}, NESTED_TOO_DEEP),
        ({"a": {"M": {"": {"S": "x"}}}, "b": nested(31), "c": "x", "d": {"L": "x"}}, "Empty attribute name"),
        ({"a": {"N": "x"}, "b": nested(32)}, NOT_A_NUMBER + ": x"),
        ({"a": nested(32), "b": {"N": "x"}}, NESTED_TOO_DEEP),
    ],
)
def test_of_several_faults_of_an_item_one_is_reported(item: Any, message: str) -> None:
    assert item_refusal(item) == message


@pytest.mark.parametrize("letter", ["n", "é", "𝄞"])
def test_an_attribute_name_has_65535_bytes(letter: str) -> None:
    count, rest = divmod(65_535, len(letter.encode()))
    longest = letter * count + "x" * rest
    one = {"N": "1"}
    items: list[Any] = [
        {longest: one},
        {"m": {"M": {longest: one}}},
        {"l": {"L": [one, {"L": [{"M": {longest: {"M": {}}}}]}]}},
    ]
    for item in items:
        assert attributes_to_wire(decode_item(item)) == item
        too_long = json.loads(json.dumps(item).replace(json.dumps(longest), json.dumps(f"{longest}x")))
        assert item_refusal(too_long) == "Attribute name is too large, must be less than 65536 bytes"
        with pytest.raises(InvalidValue):
            decode_value({"M": too_long})


def test_a_number_beside_a_null_member_is_no_deeper_than_others() -> None:
    value: Any = {"N": "1", "S": None}
    for _ in range(32):
        value = {"L": [value]}
    assert refusal(value).message == NESTED_TOO_DEEP


@pytest.mark.parametrize(
    "given_value, message",
    [
        ({"S": 1}, "NUMBER_VALUE cannot be converted to String"),
        ({"S": 1.5}, "DECIMAL_VALUE cannot be converted to String"),
        ({"N": 1}, "NUMBER_VALUE cannot be converted to String"),
        ({"S": True}, "TRUE_VALUE cannot be converted to String"),
        ({"S": False}, "FALSE_VALUE cannot be converted to String"),
        ({"B": {}}, "Start of structure or map found where not expected"),
        ({"B": 5}, "only base-64-encoded strings are convertible to bytes"),
        ({"B": "A==="}, "only base-64-encoded strings are convertible to bytes"),
        ({"BS": "x"}, "Unexpected field type"),
        ({"S": {}}, "Start of structure or map found where not expected"),
        ({"S": []}, "Unrecognized collection type class java.lang.String"),
        ({"BOOL": "yes"}, "Unexpected token received from parser"),
        ({"BOOL": 1}, "NUMBER_VALUE cannot be converted to Boolean"),
        ({"SS": "a"}, "Unexpected field type"),
        ({"SS": {}}, "Start of structure or map found where not expected"),
        ({"SS": [1]}, "NUMBER_VALUE cannot be converted to String"),
        ({"L": {}}, "Start of structure or map found where not expected"),
        ({"L": ["a"]}, "Unexpected value type in payload"),
        ({"M": "a"}, "Unexpected field type"),
        ({"B": "a"}, "Base64 encoded length is expected a multiple of 4 bytes but found: 1"),
        ({"B": "a*bc"}, "only base-64-encoded strings are convertible to bytes"),
        ({"B": "YR=="}, "Invalid last non-pad Base64 character dectected"),
        ("a", "Unexpected value type in payload"),
        ([], "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue"),
    ],
)
def test_a_wrong_json_type_is_a_serialization_exception(given_value: Any, message: str) -> None:
    error = refusal(given_value)
    assert (error.code, error.message) == ("SerializationException", message)


@given(wire_values)
def test_a_value_that_went_out_comes_back_the_same(given_value: Any) -> None:
    value = decode(given_value)
    assert decode(to_wire(value)) == value


@given(st.dictionaries(names, wire_values, max_size=4))
def test_what_went_out_can_be_changed_without_changing_the_item(attributes: Any) -> None:
    item = decode_item(attributes)
    before = decode_item(attributes)
    out = attributes_to_wire(item)
    for value in out.values():
        [(tag, payload)] = value.items()
        if tag in ("SS", "NS", "BS", "L"):
            payload.append("changed")
        elif tag == "M":
            payload["changed"] = True
    assert item == before


@given(sets, st.randoms(use_true_random=False))
def test_the_order_of_set_members_does_not_matter(given_set: Any, random: Any) -> None:
    [(tag, members)] = given_set.items()
    shuffled = list(members)
    random.shuffle(shuffled)
    assert decode({tag: shuffled}) == decode(given_set)


@given(wire_values, wire_values)
def test_values_of_different_types_are_never_equal(left: Any, right: Any) -> None:
    if next(iter(left)) != next(iter(right)):
        assert decode(left) != decode(right)


def test_the_texts_true_and_false_are_booleans() -> None:
    assert decode({"BOOL": "true"}) == ("BOOL", True)
    assert decode({"BOOL": "false"}) == ("BOOL", False)


def test_binary_is_kept_as_bytes_that_cannot_change() -> None:
    given_bytes = bytearray(b"ab")
    value = decode({"B": given_bytes})
    given_bytes[0] = 0
    assert value == ("B", b"ab")


def test_true_and_one_are_different_values() -> None:
    assert decode({"BOOL": True}) != decode({"N": "1"})
    assert decode({"L": [{"BOOL": True}]}) != decode({"L": [{"NULL": True}]})


@given(blobs)
def test_bytes_and_their_base64_text_are_the_same_value(blob: bytes) -> None:
    assert decode({"B": base64.b64encode(blob).decode()}) == decode({"B": blob}) == ("B", blob)


# ---- sizes


def test_the_size_of_the_documented_example() -> None:
    assert decode_item({"shirt-color": {"S": "R"}, "shirt-size": {"S": "M"}}).size == 23


@pytest.mark.parametrize(
    "value, size",
    [
        ({"S": ""}, 0),
        ({"S": "é𝄞"}, 6),
        ({"S": "\ud800"}, 3),
        ({"B": b"abc"}, 3),
        ({"BOOL": False}, 1),
        ({"NULL": True}, 1),
        ({"SS": ["a", "bc"]}, 3),
        ({"NS": ["1", "200"]}, 4),
        ({"BS": [b"", b"xy"]}, 2),
        ({"L": []}, 3),
        ({"M": {}}, 3),
        ({"L": [{"S": "a"}, {"S": "bc"}]}, 8),
        ({"M": {"é": {"S": "a"}}}, 7),
    ],
)
def test_the_size_of_a_value(value: Any, size: int) -> None:
    assert sizes.of_value(decode(value)) == size


@given(st.dictionaries(names, wire_values, max_size=4))
def test_an_item_is_as_large_as_its_names_and_values(attributes: Any) -> None:
    item = decode_item(attributes)
    expected = sum(len(name.encode()) + sizes.of_value(value) for name, value in item.items())
    assert item.size == expected == sizes.of_attributes(item)


def test_an_item_picks_attributes_that_it_has() -> None:
    item = decode_item({"a": {"S": "x"}, "b": {"S": "y"}})
    picked = item.only(["a", "z"])
    assert picked == {"a": ("S", "x")}
    assert picked.size == 2
    assert EMPTY == {} and EMPTY.size == 0
    assert isinstance(picked, Item)


def test_an_item_must_be_a_map() -> None:
    for given_item in ([], "a", 1):
        with pytest.raises(DynamoDBError) as refused:
            decode_item(given_item)
        assert refused.value.code == "SerializationException"


def test_names_are_shared_between_items() -> None:
    first, second = (decode_attributes({"".join(["na", "me"]): {"S": "x"}}) for _ in range(2))
    assert next(iter(first)) is next(iter(second))


# ---- order


@given(texts, texts)
def test_strings_sort_by_their_utf_8_bytes(left: str, right: str) -> None:
    by_bytes = left.encode() < right.encode()
    assert (sort_key(("S", left)) < sort_key(("S", right))) == by_bytes  # type: ignore[operator]


@given(blobs, blobs)
def test_binary_sorts_by_unsigned_bytes_shorter_first(left: bytes, right: bytes) -> None:
    assert (sort_key(("B", left)) < sort_key(("B", right))) == (list(left) < list(right))  # type: ignore[operator]


def test_numbers_sort_as_numbers_not_as_text() -> None:
    values = [decode({"N": text}) for text in ("10", "9", "-1", "0.5", "-0.5", "1e30")]
    assert [value[1] for value in sorted(values, key=sort_key)] == ["-1", "-0.5", "0.5", "9", "10", "1" + "0" * 30]


@given(st.lists(st.one_of(texts, blobs), min_size=1, max_size=3))
def test_partition_hashes_lie_in_the_hash_space(payloads: list[str | bytes]) -> None:
    assert 0 <= partition_hash(*payloads) < HASH_SPACE
    assert partition_hash(*payloads) == partition_hash(*payloads)


def test_keys_of_several_attributes_do_not_run_together() -> None:
    assert partition_hash("ab", "c") != partition_hash("a", "bc")


# ---- keys


def test_keys_up_to_the_limits_are_accepted() -> None:
    keys.require_key_sizes([("S", "a" * 2048)], [("B", b"a" * 1024)])
    keys.require_key_sizes([("N", "1")])


@pytest.mark.parametrize(
    "partition, sort, message",
    [
        (["a" * 2049], [], "Size of hashkey has exceeded the maximum size limit of2048 bytes"),
        (["a" * 1024, "é" * 513], [], "Size of hashkey has exceeded the maximum size limit of2048 bytes"),
        (["a"], ["a" * 1025], "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"),
        (["a"], ["a" * 1024, "b"], "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"),
    ],
)
def test_longer_keys_are_refused(partition: list[str], sort: list[str], message: str) -> None:
    with pytest.raises(DynamoDBError) as refused:
        keys.require_key_sizes([("S", text) for text in partition], [("S", text) for text in sort])
    assert refused.value.message == INVALID + message


def test_equal_texts_of_different_types_stay_apart():
    for _ in range(2):
        assert decode({"S": "1.50"}) == ("S", "1.50")
        assert decode({"N": "1.50"}) == ("N", "1.5")
        assert decode({"SS": ["1.50"]}) == ("SS", ("1.50",))


def test_items_with_the_same_short_values_hold_them_once():
    items = [decode_item({"pk": {"S": "user-" + "1"}, "n": {"N": "1" + "5"}, "id": {"S": str(n)}}) for n in range(3000)]
    assert len({id(item["pk"]) for item in items}) < 30
    assert len({id(item["n"]) for item in items}) < 30
    assert [item["id"] for item in items] == [("S", str(n)) for n in range(3000)]


def test_a_text_of_a_class_of_its_own_is_not_given_to_others():
    class Name(str):
        __slots__ = ()

    assert type(decode({"S": Name("of its own")})[1]) is Name
    assert type(decode({"S": "of its own"})[1]) is str
