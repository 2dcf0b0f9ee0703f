"""Conditions: what AWS refuses before it looks at the item, and what is true of an item."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions.condition import Condition, compile_condition
from pytest_ddbmock.expressions.placeholders import Placeholders
from pytest_ddbmock.values.item import EMPTY, decode_item

VALUES: dict[str, Any] = {
    ":s": {"S": "x"},
    ":t": {"S": "y"},
    ":empty": {"S": ""},
    ":n": {"N": "1"},
    ":m": {"N": "2"},
    ":b": {"B": b"a"},
    ":c": {"B": b"b"},
    ":bool": {"BOOL": True},
    ":null": {"NULL": True},
    ":ss": {"SS": ["x"]},
    ":ns": {"NS": ["1"]},
    ":bs": {"BS": [b"a"]},
    ":l": {"L": [{"S": "x"}]},
    ":map": {"M": {"k": {"S": "x"}}},
    ":S": {"S": "S"},
    ":XX": {"S": "XX"},
}
ITEM = decode_item(
    {
        "str": {"S": "hello"},
        "uni": {"S": "é𝄞"},
        "num": {"N": "10.0"},
        "neg": {"N": "-3"},
        "bin": {"B": b"\x01\x02\x03"},
        "yes": {"BOOL": True},
        "nil": {"NULL": True},
        "strs": {"SS": ["a", "b"]},
        "nums": {"NS": ["1", "2.50"]},
        "bins": {"BS": [b"a", b"b"]},
        "lst": {"L": [{"S": "a"}, {"N": "5"}, {"L": [{"BOOL": False}]}]},
        "mp": {"M": {"k": {"S": "v"}, "deep": {"M": {"er": {"N": "7"}}}}},
        "same": {"S": "hello"},
    }
)


def compiled(text: str, values: dict[str, Any] | None = None, kind: str = "ConditionExpression") -> Condition:
    return compile_condition(kind, text, Placeholders(None, values))


def holds(text: str, **values: Any) -> bool:
    return compiled(text, {f":{name}": value for name, value in values.items()} or None).test(ITEM)


def refusal(text: str, kind: str = "ConditionExpression") -> DynamoDBError:
    with pytest.raises(DynamoDBError) as refused:
        compiled(text, VALUES, kind)
    return refused.value


WRONG = "Incorrect operand type for operator or function; operator or function: "
COUNT = "Incorrect number of operands for operator or function; operator or function: "
DISTINCT = "The first operand must be distinct from the remaining operands for this operator or function; operator: "


@pytest.mark.parametrize("kind", ["ConditionExpression", "FilterExpression"])
@pytest.mark.parametrize(
    "text, message",
    [
        ("a < :bool", WRONG + "<, operand type: BOOL"),
        ("a <= :null", WRONG + "<=, operand type: NULL"),
        ("a > :ss", WRONG + ">, operand type: SS"),
        ("a >= :ns", WRONG + ">=, operand type: NS"),
        ("a < :bs", WRONG + "<, operand type: BS"),
        ("a < :l", WRONG + "<, operand type: L"),
        (":map < a", WRONG + "<, operand type: M"),
        ("a BETWEEN :bool AND :s", WRONG + "BETWEEN, operand type: BOOL"),
        ("a BETWEEN :s AND :l", WRONG + "BETWEEN, operand type: L"),
        (":null BETWEEN a AND b", WRONG + "BETWEEN, operand type: NULL"),
        (
            "a BETWEEN :s AND :n",
            "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: "
            "AttributeValue: {S:x}, upper bound operand: AttributeValue: {N:1}",
        ),
        (
            "a BETWEEN :t AND :s",
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound "
            "operand: AttributeValue: {S:y}, upper bound operand: AttributeValue: {S:x}",
        ),
        (
            "a BETWEEN :m AND :n",
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound "
            "operand: AttributeValue: {N:2}, upper bound operand: AttributeValue: {N:1}",
        ),
        ("begins_with(a, :n)", WRONG + "begins_with, operand type: N"),
        ("begins_with(:ss, a)", WRONG + "begins_with, operand type: SS"),
        ("begins_with(a, size(b))", WRONG + "begins_with, operand type: N"),
        ("size(:n) = :n", WRONG + "size, operand type: N"),
        ("size(:bool) = :n", WRONG + "size, operand type: BOOL"),
        ("size(:null) = :n", WRONG + "size, operand type: NULL"),
        ("size(size(a)) = :n", WRONG + "size, operand type: N"),
        ("attribute_type(a, :n)", WRONG + "attribute_type, operand type: N"),
        ("attribute_type(a, b)", WRONG + "attribute_type, operand type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}"),
        ("attribute_type(a, size(b))", WRONG + "attribute_type, operand type: N"),
        (
            "attribute_type(a, :XX)",
            "Invalid attribute type name found; type: XX, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
        ),
        (
            "attribute_type(a, :empty)",
            "Invalid attribute type name found; type: , valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
        ),
        (
            "attribute_exists(:s)",
            "Operator or function requires a document path; operator or function: attribute_exists",
        ),
        (
            "attribute_not_exists(size(a))",
            "Operator or function requires a document path; operator or function: attribute_not_exists",
        ),
        ("attribute_exists(a, b)", COUNT + "attribute_exists, number of operands: 2"),
        ("attribute_type(a)", COUNT + "attribute_type, number of operands: 1"),
        ("begins_with(a)", COUNT + "begins_with, number of operands: 1"),
        ("contains(a, b, c)", COUNT + "contains, number of operands: 3"),
        ("size(a, b) = :n", COUNT + "size, number of operands: 2"),
        ("a = a", DISTINCT + "=, first operand: [a]"),
        ("a[0].b <> a[0].b", DISTINCT + "<>, first operand: [a, [0], b]"),
        ("a < a", DISTINCT + "<, first operand: [a]"),
        ("begins_with(a, a)", DISTINCT + "begins_with, first operand: [a]"),
        ("contains(a, a)", DISTINCT + "contains, first operand: [a]"),
    ],
)
def test_a_fault_that_needs_no_item_is_refused(kind: str, text: str, message: str) -> None:
    error = refusal(text, kind)
    assert error.message == f"Invalid {kind}: {message}"


@pytest.mark.parametrize(
    "text, told",
    [
        ("begins_with(a, :n) AND b = :missing", "operand type: N"),
        ("b = :missing AND begins_with(a, :n)", "attribute value: :missing"),
        ("size(a, b) = :missing", "attribute value: :missing"),
        ("begins_with(a, a, :n)", "number of operands"),
        ("contains(#x, :missing)", "attribute name: #x"),
        ("NOT (a = :s OR NOT begins_with(b, :n))", "operand type: N"),
    ],
)
def test_faults_are_told_from_left_to_right_one_comparison_after_the_other(text: str, told: str) -> None:
    assert told in refusal(text).message


@pytest.mark.parametrize(
    "text",
    [
        "a = :s",
        "a <> :map",
        "a IN (:bool, :l)",
        "contains(:n, :l)",
        ":s = :s",
        "a < :s",
        "a BETWEEN a AND :s",
        "a IN (a)",
    ],
)
def test_what_has_no_static_fault_is_compiled(text: str) -> None:
    compiled(text, VALUES)


# ---- evaluation


@pytest.mark.parametrize(
    "text, values, result",
    [
        ("str = :v", {"v": {"S": "hello"}}, True),
        ("str = :v", {"v": {"S": "Hello"}}, False),
        ("str = :v", {"v": {"B": b"hello"}}, False),
        ("num = :v", {"v": {"N": "1e1"}}, True),
        ("num = :v", {"v": {"S": "10"}}, False),
        ("yes = :v", {"v": {"N": "1"}}, False),
        ("strs = :v", {"v": {"SS": ["b", "a"]}}, True),
        ("nums = :v", {"v": {"NS": ["2.5", "1.0"]}}, True),
        ("lst = :v", {"v": {"L": [{"S": "a"}, {"N": "5.0"}, {"L": [{"BOOL": False}]}]}}, True),
        ("lst = :v", {"v": {"L": [{"N": "5"}, {"S": "a"}, {"L": [{"BOOL": False}]}]}}, False),
        ("mp = :v", {"v": {"M": {"deep": {"M": {"er": {"N": "7"}}}, "k": {"S": "v"}}}}, True),
        ("nil = :v", {"v": {"NULL": True}}, True),
        ("gone = :v", {"v": {"NULL": True}}, False),
        ("gone = nowhere", {}, False),
        ("str = same", {}, True),
        (":v = str", {"v": {"S": "hello"}}, True),
        ("str <> :v", {"v": {"S": "hello"}}, False),
        ("str <> :v", {"v": {"N": "1"}}, True),
        ("gone <> :v", {"v": {"S": "x"}}, True),
        ("gone <> nowhere", {}, True),
        ("str <> gone", {}, True),
        ("str <> same", {}, False),
        ("num < :v", {"v": {"N": "9"}}, False),
        ("num < :v", {"v": {"N": "10.5"}}, True),
        ("num < :v", {"v": {"S": "99"}}, False),
        ("num > :v", {"v": {"N": "9"}}, True),
        (":v < num", {"v": {"N": "9"}}, True),
        (":v >= num", {"v": {"N": "10"}}, True),
        ("neg < num", {}, True),
        ("neg < str", {}, False),
        ("neg < gone", {}, False),
        ("gone < neg", {}, False),
        ("yes < nil", {}, False),
        ("str < :v", {"v": {"S": "hellp"}}, True),
        ("str >= :v", {"v": {"S": "hell"}}, True),
        ("bin > :v", {"v": {"B": b"\x01"}}, True),
        ("gone >= :v", {"v": {"N": "0"}}, False),
        (":v <= :w", {"v": {"N": "2"}, "w": {"N": "10"}}, True),
        ("num BETWEEN :v AND :w", {"v": {"N": "9"}, "w": {"N": "10"}}, True),
        ("num BETWEEN :v AND :w", {"v": {"S": "0"}, "w": {"S": "9"}}, False),
        ("str BETWEEN :v AND :w", {"v": {"S": "h"}, "w": {"S": "i"}}, True),
        (":v BETWEEN neg AND num", {"v": {"N": "0"}}, True),
        ("num BETWEEN neg AND :v", {"v": {"N": "11"}}, True),
        ("num BETWEEN gone AND :v", {"v": {"N": "11"}}, False),
        ("gone BETWEEN :v AND :w", {"v": {"N": "9"}, "w": {"N": "10"}}, False),
        ("num IN (:v, :w)", {"v": {"S": "10"}, "w": {"N": "10"}}, True),
        ("num IN (:v)", {"v": {"N": "11"}}, False),
        ("gone IN (:v)", {"v": {"N": "11"}}, False),
        ("gone IN (nowhere, :v)", {"v": {"N": "11"}}, False),
        ("mp IN (:v, :w)", {"v": {"S": "a"}, "w": {"M": {}}}, False),
        ("mp IN (:v)", {"v": {"S": "a"}}, False),
        ("lst IN (:v)", {"v": {"N": "1"}}, False),
        ("str IN (gone, same)", {}, True),
        ("attribute_exists(nil)", {}, True),
        ("attribute_exists(mp.deep.er)", {}, True),
        ("attribute_exists(mp.deep.gone)", {}, False),
        ("attribute_exists(lst[2][0])", {}, True),
        ("attribute_exists(lst[3])", {}, False),
        ("attribute_exists(str[0])", {}, False),
        ("attribute_not_exists(gone)", {}, True),
        ("attribute_not_exists(str)", {}, False),
        ("attribute_type(num, :v)", {"v": {"S": "N"}}, True),
        ("attribute_type(nil, :v)", {"v": {"S": "NULL"}}, True),
        ("attribute_type(gone, :v)", {"v": {"S": "NULL"}}, False),
        ("attribute_type(:w, :v)", {"v": {"S": "L"}, "w": {"L": []}}, True),
        ("begins_with(str, :v)", {"v": {"S": "hel"}}, True),
        ("begins_with(str, :v)", {"v": {"S": ""}}, True),
        ("begins_with(str, :v)", {"v": {"S": "ello"}}, False),
        ("begins_with(str, :v)", {"v": {"B": b"hel"}}, False),
        ("begins_with(bin, :v)", {"v": {"B": b"\x01\x02"}}, True),
        ("begins_with(num, :v)", {"v": {"S": "1"}}, False),
        ("begins_with(gone, :v)", {"v": {"S": ""}}, False),
        ("begins_with(:v, str)", {"v": {"S": "hello world"}}, True),
        ("begins_with(str, num)", {}, False),
        ("begins_with(neg, num)", {}, False),
        ("contains(str, :v)", {"v": {"S": "ell"}}, True),
        ("contains(str, :v)", {"v": {"N": "1"}}, False),
        ("contains(bin, :v)", {"v": {"B": b"\x02\x03"}}, True),
        ("contains(bin, :v)", {"v": {"B": b"\x01\x03"}}, False),
        ("contains(strs, :v)", {"v": {"S": "a"}}, True),
        ("contains(strs, :v)", {"v": {"SS": ["a"]}}, False),
        ("contains(nums, :v)", {"v": {"N": "2.500"}}, True),
        ("contains(nums, :v)", {"v": {"S": "1"}}, False),
        ("contains(bins, :v)", {"v": {"B": b"b"}}, True),
        ("contains(lst, :v)", {"v": {"N": "5.00"}}, True),
        ("contains(lst, :v)", {"v": {"L": [{"BOOL": False}]}}, True),
        ("contains(lst, :v)", {"v": {"BOOL": False}}, False),
        ("contains(mp, :v)", {"v": {"S": "k"}}, False),
        ("contains(num, :v)", {"v": {"N": "1"}}, False),
        ("contains(yes, :v)", {"v": {"BOOL": True}}, False),
        ("contains(gone, :v)", {"v": {"S": ""}}, False),
        ("contains(str, gone)", {}, False),
        ("size(str) = :v", {"v": {"N": "5"}}, True),
        ("size(uni) = :v", {"v": {"N": "3"}}, True),
        ("size(bin) = :v", {"v": {"N": "3"}}, True),
        ("size(strs) = :v", {"v": {"N": "2"}}, True),
        ("size(lst) > :v", {"v": {"N": "2"}}, True),
        ("size(mp) = :v", {"v": {"N": "2"}}, True),
        ("size(:v) < num", {"v": {"S": "123456789"}}, True),
        ("size(str) < size(lst)", {}, False),
        ("size(str) = :v", {"v": {"S": "5"}}, False),
        ("size(num) >= :v", {"v": {"N": "0"}}, False),
        ("size(yes) >= :v", {"v": {"N": "0"}}, False),
        ("size(nil) >= :v", {"v": {"N": "0"}}, False),
        ("size(gone) >= :v", {"v": {"N": "0"}}, False),
        ("size(str) BETWEEN :v AND :w", {"v": {"N": "1"}, "w": {"N": "5"}}, True),
        ("size(str) IN (:v)", {"v": {"N": "5"}}, True),
        ("contains(nums, size(strs))", {}, False),
        ("NOT attribute_exists(str)", {}, False),
        ("NOT str = :v", {"v": {"S": "x"}}, True),
        ("NOT NOT str = :v", {"v": {"S": "x"}}, False),
        ("attribute_exists(str) AND attribute_exists(num) AND attribute_exists(gone)", {}, False),
        ("attribute_exists(str) AND attribute_exists(num) AND attribute_exists(lst)", {}, True),
        ("attribute_exists(gone) OR attribute_exists(nowhere) OR attribute_exists(num)", {}, True),
        ("attribute_exists(gone) OR attribute_exists(nowhere) OR attribute_exists(never)", {}, False),
        ("attribute_exists(str) OR attribute_exists(gone) AND attribute_exists(nowhere)", {}, True),
    ],
)
def test_conditions_are_true_or_false_of_an_item(text: str, values: dict[str, Any], result: bool) -> None:
    assert holds(text, **values) is result
    assert holds(f"NOT ({text})", **values) is not result


@pytest.mark.parametrize(
    "text, result",
    [
        ("attribute_not_exists(pk)", True),
        ("attribute_exists(pk)", False),
        ("pk = :s", False),
        ("pk <> :s", True),
        ("NOT pk = :s", True),
        ("size(pk) > :n", False),
    ],
)
def test_a_missing_item_is_an_item_without_attributes(text: str, result: bool) -> None:
    assert compiled(text, VALUES).test(EMPTY) is result


def test_a_condition_tells_every_path_in_order_and_every_top_level_name_once() -> None:
    condition = compile_condition(
        "FilterExpression",
        "a.b = :v AND (#c[0] > :v OR NOT contains(a.d, e)) AND size(f) IN (:v, g) AND :v BETWEEN h AND #c",
        Placeholders({"#c": "c"}, {":v": {"N": "1"}}),
    )
    assert condition.paths == (
        ("a", "b"), ("c", 0), ("a", "d"), ("e",), ("f",), ("g",), ("h",), ("c",),
    )  # fmt: skip
    assert condition.names == ("a", "c", "e", "f", "g", "h")


def test_a_condition_without_placeholders_is_compiled_once() -> None:
    one, other = (compiled("attribute_not_exists(pk)") for _ in range(2))
    assert one is other


def test_deeply_nested_conditions_are_evaluated() -> None:
    text = "NOT(" * 299 + "str=:v" + ")" * 299
    assert holds(text, v={"S": "x"}) is True
    folded = "num = :v"
    for _ in range(149):
        folded = f"(str = :v OR {folded})" if folded.count("OR") % 2 else f"({folded} AND num = :v)"
    assert holds(folded, v={"N": "10"}) is True
