"""Updates: what AWS refuses before it looks at the item, what they make of an item, what they touched."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions.placeholders import Placeholders
from pytest_ddbmock.expressions.update import NOTHING, Update, compile_update
from pytest_ddbmock.values.attribute import NESTED_TOO_DEEP, attributes_to_wire
from pytest_ddbmock.values.faults import Layer
from pytest_ddbmock.values.item import Item, decode_item

VALUES: dict[str, Any] = {
    ":s": {"S": "x"},
    ":t": {"S": "y"},
    ":n": {"N": "1"},
    ":m": {"N": "2.5"},
    ":b": {"B": b"a"},
    ":bool": {"BOOL": True},
    ":null": {"NULL": True},
    ":ss": {"SS": ["x", "y"]},
    ":ns": {"NS": ["1", "10"]},
    ":bs": {"BS": [b"a"]},
    ":l": {"L": [{"S": "x"}]},
    ":empty": {"L": []},
    ":map": {"M": {"k": {"S": "x"}}},
}
MISSING = "The provided expression refers to an attribute that does not exist in the item"
WRONG_TYPE = "An operand in the update expression has an incorrect data type"
INVALID_PATH = "The document path provided in the update expression is invalid for update"

KEY = {"pk": {"S": "1"}}
STORED: dict[str, Any] = {
    **KEY,
    "str": {"S": "hello"},
    "num": {"N": "5"},
    "nil": {"NULL": True},
    "lst": {"L": [{"S": "a"}, {"S": "b"}, {"S": "c"}]},
    "deep": {"L": [{"M": {"x": {"N": "1"}}}, {"L": [{"N": "2"}]}]},
    "mp": {"M": {"k": {"S": "v"}, "n": {"N": "7"}, "l": {"L": []}}},
    "strs": {"SS": ["a", "x"]},
    "nums": {"NS": ["1", "2"]},
    "bins": {"BS": [b"a", b"b"]},
}


def compiled(text: str) -> Update:
    return compile_update(text, Placeholders({"#a": "a.b", "#lst": "lst"}, VALUES))


def refusal(text: str) -> DynamoDBError:
    with pytest.raises(DynamoDBError) as refused:
        compiled(text)
    return refused.value


def changed(text: str, stored: dict[str, Any] = STORED) -> dict[str, Any]:
    """What differs after the update, None for what was removed."""
    before = decode_item(stored)
    after = compiled(text).apply(before)
    assert isinstance(after, Item) and after.size == Item(after).size
    assert attributes_to_wire(before) == attributes_to_wire(decode_item(stored)), "the stored item never changes"
    wire, wire_before = attributes_to_wire(after), attributes_to_wire(before)
    names = wire.keys() | wire_before.keys()
    return {name: wire.get(name) for name in names if wire.get(name) != wire_before.get(name)}


WRONG = "Incorrect operand type for operator or function; operator or function: "
ALLOWED = "Incorrect operand type for operator or function; operator: "
COUNT = "Incorrect number of operands for operator or function; operator or function: "
OVERLAP = "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: "
CONFLICT = "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: "


@pytest.mark.parametrize(
    "text, message",
    [
        ("SET a = :s, a = :t", OVERLAP + "[a], path two: [a]"),
        ("SET a = :s REMOVE a.b", OVERLAP + "[a], path two: [a, b]"),
        ("SET a.b = :s REMOVE a", OVERLAP + "[a, b], path two: [a]"),
        ("REMOVE x, a[0].b ADD a[0] :n", OVERLAP + "[a, [0], b], path two: [a, [0]]"),
        ("SET #a.c = :s, #a.c.d = :s", OVERLAP + "[a.b, c], path two: [a.b, c, d]"),
        ("SET lst = :s, #lst[1] = :t", OVERLAP + "[lst], path two: [lst, [1]]"),
        ("SET a[3] = :s, a.c = :t", CONFLICT + "[a, [3]], path two: [a, c]"),
        ("SET x = :s, a.b.c = :s REMOVE a.b[0]", CONFLICT + "[a, b, c], path two: [a, b, [0]]"),
        ("SET a[3] = :s, a.c = :t, b = :s, b = :t", OVERLAP + "[b], path two: [b]"),
        ("ADD a :s", ALLOWED + "ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND"),
        ("ADD a :map", ALLOWED + "ADD, operand type: MAP, typeSet: ALLOWED_FOR_ADD_OPERAND"),
        ("ADD a :l", ALLOWED + "ADD, operand type: LIST, typeSet: ALLOWED_FOR_ADD_OPERAND"),
        ("ADD a :b", ALLOWED + "ADD, operand type: BINARY, typeSet: ALLOWED_FOR_ADD_OPERAND"),
        ("ADD a :bool", ALLOWED + "ADD, operand type: BOOLEAN, typeSet: ALLOWED_FOR_ADD_OPERAND"),
        ("ADD a :null", ALLOWED + "ADD, operand type: NULL, typeSet: ALLOWED_FOR_ADD_OPERAND"),
        ("DELETE a :n", ALLOWED + "DELETE, operand type: NUMBER, typeSet: ALLOWED_FOR_DELETE_OPERAND"),
        ("DELETE a :s", ALLOWED + "DELETE, operand type: STRING, typeSet: ALLOWED_FOR_DELETE_OPERAND"),
        ("SET a = b + :s", WRONG + "+, operand type: S"),
        ("SET a = :map - b", WRONG + "-, operand type: M"),
        ("SET a = list_append(b, c) + :n", WRONG + "+, operand type: L"),
        ("SET a = list_append(b, :s)", WRONG + "list_append, operand type: S"),
        ("SET a = list_append(:ss, b)", WRONG + "list_append, operand type: SS"),
        ("SET a = list_append(b)", COUNT + "list_append, number of operands: 1"),
        ("SET a = list_append(b, c, d)", COUNT + "list_append, number of operands: 3"),
        ("SET a = if_not_exists(b)", COUNT + "if_not_exists, number of operands: 1"),
        ("SET a = if_not_exists(b, list_append(c))", COUNT + "list_append, number of operands: 1"),
        (
            "SET a = if_not_exists(:s, b)",
            "Operator or function requires a document path; operator or function: if_not_exists",
        ),
        (
            "SET a = if_not_exists(list_append(b, c), d)",
            "Operator or function requires a document path; operator or function: if_not_exists",
        ),
    ],
)
def test_a_fault_that_needs_no_item_is_refused(text: str, message: str) -> None:
    error = refusal(text)
    assert error.message == f"Invalid UpdateExpression: {message}"


@pytest.mark.parametrize(
    "text, told",
    [
        ("SET a = :missing, a = #x", "attribute name: #x"),
        ("SET a = list_append(:missing, if_not_exists(#x.y, :n))", "attribute name: #x"),
        ("SET a = :missing, b = b + #x", "attribute name: #x"),
        ("SET a = :missing, a = :s", "attribute value: :missing"),
        ("SET a = b + :s, a = :t ADD c :s", "overlap"),
        ("SET a = b + :s ADD c :s", "operator: ADD"),
    ],
)
def test_of_several_faults_the_most_urgent_kind_is_told(text: str, told: str) -> None:
    assert told in refusal(text).message


# ---- SET


@pytest.mark.parametrize(
    "text, result",
    [
        ("SET fresh = :s", {"fresh": {"S": "x"}}),
        ("SET str = :map", {"str": {"M": {"k": {"S": "x"}}}}),
        ("SET str = num, num = str", {"str": {"N": "5"}, "num": {"S": "hello"}}),
        ("SET num = num + :m", {"num": {"N": "7.5"}}),
        ("SET num = :n - num", {"num": {"N": "-4"}}),
        ("SET num = (num - mp.n)", {"num": {"N": "-2"}}),
        ("SET cnt = if_not_exists(cnt, :n) + :n", {"cnt": {"N": "2"}}),
        ("SET num = if_not_exists(num, :s)", {}),
        ("SET dup = if_not_exists(nil, :s)", {"dup": {"NULL": True}}),
        ("SET dup = if_not_exists(gone, if_not_exists(lost, str))", {"dup": {"S": "hello"}}),
        ("SET mp.k = :s", {"mp": {"M": {"k": {"S": "x"}, "n": {"N": "7"}, "l": {"L": []}}}}),
        ("SET mp.l[3] = :s, mp.q = :n", {
            "mp": {"M": {"k": {"S": "v"}, "n": {"N": "7"}, "l": {"L": [{"S": "x"}]}, "q": {"N": "1"}}},
        }),
        ("SET lst[1] = :n", {"lst": {"L": [{"S": "a"}, {"N": "1"}, {"S": "c"}]}}),
        ("SET lst[10] = :s", {"lst": {"L": [{"S": "a"}, {"S": "b"}, {"S": "c"}, {"S": "x"}]}}),
        ("SET lst[4294967294] = :s", {"lst": {"L": [{"S": "a"}, {"S": "b"}, {"S": "c"}, {"S": "x"}]}}),
        (
            "SET lst[20] = :s, lst[10] = :t, lst[0] = :n",
            {"lst": {"L": [{"N": "1"}, {"S": "b"}, {"S": "c"}, {"S": "y"}, {"S": "x"}]}},
        ),
        ("SET deep[0].x = :s, deep[1][0] = :t", {"deep": {"L": [{"M": {"x": {"S": "x"}}}, {"L": [{"S": "y"}]}]}}),
        ("SET lst = list_append(lst, :l)", {"lst": {"L": [{"S": "a"}, {"S": "b"}, {"S": "c"}, {"S": "x"}]}}),
        ("SET lst = list_append(:l, lst)", {"lst": {"L": [{"S": "x"}, {"S": "a"}, {"S": "b"}, {"S": "c"}]}}),
        ("SET fresh = list_append(if_not_exists(fresh, :empty), :l)", {"fresh": {"L": [{"S": "x"}]}}),
        ("SET fresh = list_append(if_not_exists(gone, :l), mp.l)", {"fresh": {"L": [{"S": "x"}]}}),
        ("SET fresh = if_not_exists(gone, list_append(:l, :l))", {"fresh": {"L": [{"S": "x"}, {"S": "x"}]}}),
        ("SET #a = :s", {"a.b": {"S": "x"}}),
    ],
)  # fmt: skip
def test_set(text: str, result: dict[str, Any]) -> None:
    assert changed(text) == result


@pytest.mark.parametrize(
    "text, message",
    [
        ("SET cnt = cnt + :n", MISSING),
        ("SET cnt = :n + cnt", MISSING),
        ("SET a = gone", MISSING),
        ("SET a = mp.gone", MISSING),
        ("SET a = lst[3]", MISSING),
        ("SET a = if_not_exists(gone, lost)", MISSING),
        ("SET a = list_append(gone, :l)", MISSING),
        ("SET a = list_append(:l, gone)", MISSING),
        ("SET str = :s, b = gone", MISSING),
        ("SET num = num + str", WRONG_TYPE),
        ("SET num = strs - num", WRONG_TYPE),
        ("SET a = list_append(lst, str)", WRONG_TYPE),
        ("SET a = list_append(mp, lst)", WRONG_TYPE),
        ("SET gone.b = :s", INVALID_PATH),
        ("SET gone[0] = :s", INVALID_PATH),
        ("SET str.b = :s", INVALID_PATH),
        ("SET str[0] = :s", INVALID_PATH),
        ("SET mp[0] = :s", INVALID_PATH),
        ("SET lst.a = :s", INVALID_PATH),
        ("SET mp.gone.b = :s", INVALID_PATH),
        ("SET lst[7].b = :s", INVALID_PATH),
        ("SET strs[0] = :s", INVALID_PATH),
    ],
)
def test_set_of_what_the_item_does_not_allow(text: str, message: str) -> None:
    with pytest.raises(DynamoDBError) as refused:
        changed(text)
    assert (refused.value.code, refused.value.message) == ("ValidationException", message)


# ---- REMOVE


@pytest.mark.parametrize(
    "text, result",
    [
        ("REMOVE str", {"str": None}),
        ("REMOVE str, num, gone", {"str": None, "num": None}),
        ("REMOVE mp.k", {"mp": {"M": {"n": {"N": "7"}, "l": {"L": []}}}}),
        ("REMOVE mp.gone", {}),
        ("REMOVE lst[1]", {"lst": {"L": [{"S": "a"}, {"S": "c"}]}}),
        ("REMOVE lst[0], lst[1]", {"lst": {"L": [{"S": "c"}]}}),
        ("REMOVE lst[2], lst[0], lst[9]", {"lst": {"L": [{"S": "b"}]}}),
        ("REMOVE lst[0], lst[1], lst[2]", {"lst": {"L": []}}),
        ("REMOVE deep[0].x, deep[1][0]", {"deep": {"L": [{"M": {}}, {"L": []}]}}),
        ("SET lst[0] = :s REMOVE lst[1]", {"lst": {"L": [{"S": "x"}, {"S": "c"}]}}),
        ("REMOVE lst[0] SET lst[8] = :s", {"lst": {"L": [{"S": "b"}, {"S": "c"}, {"S": "x"}]}}),
        ("SET fresh = lst[0] REMOVE lst[0]", {"fresh": {"S": "a"}, "lst": {"L": [{"S": "b"}, {"S": "c"}]}}),
    ],
)
def test_remove(text: str, result: dict[str, Any]) -> None:
    assert changed(text) == result


@pytest.mark.parametrize("text", ["REMOVE gone.b", "REMOVE gone[0]", "REMOVE str.b", "REMOVE mp[0]", "REMOVE lst.x"])
def test_remove_below_what_is_not_there(text: str) -> None:
    with pytest.raises(DynamoDBError) as refused:
        changed(text)
    assert refused.value.message == INVALID_PATH


# ---- ADD and DELETE


@pytest.mark.parametrize(
    "text, result",
    [
        ("ADD cnt :n", {"cnt": {"N": "1"}}),
        ("ADD num :m", {"num": {"N": "7.5"}}),
        ("ADD mp.n :m, mp.cnt :n", {
            "mp": {"M": {"k": {"S": "v"}, "n": {"N": "9.5"}, "l": {"L": []}, "cnt": {"N": "1"}}},
        }),
        ("ADD deep[1][0] :n", {"deep": {"L": [{"M": {"x": {"N": "1"}}}, {"L": [{"N": "3"}]}]}}),
        ("ADD fresh :ss", {"fresh": {"SS": ["x", "y"]}}),
        ("ADD strs :ss", {"strs": {"SS": ["a", "x", "y"]}}),
        ("ADD nums :ns", {"nums": {"NS": ["1", "2", "10"]}}),
        ("ADD bins :bs", {}),
        ("DELETE strs :ss", {"strs": {"SS": ["a"]}}),
        ("DELETE nums :ns", {"nums": {"NS": ["2"]}}),
        ("DELETE bins :bs", {"bins": {"BS": [b"b"]}}),
        ("DELETE gone :ss", {}),
        ("DELETE mp.gone :ss", {}),
        ("ADD num :n DELETE strs :ss SET fresh = num REMOVE str", {
            "num": {"N": "6"}, "strs": {"SS": ["a"]}, "fresh": {"N": "5"}, "str": None,
        }),
    ],
)  # fmt: skip
def test_add_and_delete(text: str, result: dict[str, Any]) -> None:
    assert changed(text) == result


def test_a_set_that_becomes_empty_is_removed() -> None:
    assert changed("DELETE s :ss", {"pk": {"S": "1"}, "s": {"SS": ["x"]}}) == {"s": None}
    assert changed("DELETE m.s :ss", {"m": {"M": {"s": {"SS": ["x"]}}}}) == {"m": {"M": {}}}


@pytest.mark.parametrize(
    "text, message",
    [
        ("ADD str :n", WRONG_TYPE),
        ("ADD num :ss", WRONG_TYPE),
        ("ADD strs :ns", WRONG_TYPE),
        ("ADD nil :n", WRONG_TYPE),
        ("DELETE nums :ss", WRONG_TYPE),
        ("DELETE str :ss", WRONG_TYPE),
        ("ADD gone.b :n", INVALID_PATH),
        ("ADD str[0] :n", INVALID_PATH),
        ("DELETE gone.b :ss", INVALID_PATH),
        ("DELETE lst.b :ss", INVALID_PATH),
    ],
)
def test_add_and_delete_of_what_the_item_does_not_allow(text: str, message: str) -> None:
    with pytest.raises(DynamoDBError) as refused:
        changed(text)
    assert refused.value.message == message


# ---- limits of the result


@pytest.mark.parametrize("text", ["SET num = num + :n", "ADD num :n"])
def test_arithmetic_is_exact_or_refused(text: str) -> None:
    stored = {"num": {"N": "9007199254740993"}}
    assert changed(text, stored) == {"num": {"N": "9007199254740994"}}
    with pytest.raises(DynamoDBError) as refused:
        changed(text, {"num": {"N": "1" + "0" * 50}})
    assert refused.value.message == (
        "Number overflow. Attempting to store a number with magnitude larger than supported range"
    )
    with pytest.raises(DynamoDBError) as refused:
        compile_update("ADD num :v", Placeholders(None, {":v": {"N": "9e125"}})).apply(
            decode_item({"num": {"N": "9e125"}})
        )
    assert refused.value.message == (
        "Number overflow. Attempting to store a number with magnitude larger than supported range"
    )


def test_a_result_of_more_than_32_levels_is_refused() -> None:
    value: Any = {"S": "x"}
    for _ in range(30):
        value = {"M": {"a": value}}
    item = decode_item({"m": {"M": {"n": {"M": {}}, "l": {"L": [{"S": "x"}]}}}})
    placeholders = Placeholders(None, {":v": value})
    assert compile_update("SET m.v = :v", placeholders).apply(item)
    assert compile_update("SET whole = :v", placeholders).apply(item)
    for text in ("SET m.n.v = :v", "SET m.l[0] = :v", "SET m.l[7] = :v", "SET m.n.v = if_not_exists(gone, :v)"):
        with pytest.raises(DynamoDBError) as refused:
            compile_update(text, placeholders).apply(item)
        assert refused.value.message == NESTED_TOO_DEEP


def test_deeply_nested_values_are_evaluated() -> None:
    value = ":l"
    for _ in range(110):
        value = f"list_append(if_not_exists(gone,{value}),:l)"
    assert len(changed(f"SET fresh = {value}")["fresh"]["L"]) == 111
    value = ":s"
    for _ in range(200):
        value = f"if_not_exists(gone,{value})"
    assert changed(f"SET fresh = {value}") == {"fresh": {"S": "x"}}


# ---- the update itself


def test_targets_are_told_in_the_order_of_the_request() -> None:
    update = compiled("REMOVE c, #a[0] SET b.x = :s DELETE d :ss ADD e :n")
    assert update.targets == (("c",), ("a.b", 0), ("b", "x"), ("d",), ("e",))


@pytest.mark.parametrize(
    "text, creates",
    [
        ("REMOVE a", False),
        ("REMOVE a, b.c[0]", False),
        ("DELETE a :ss", False),  # Unsure
        ("REMOVE a DELETE b :ss, c :ns", False),
        ("SET a = :s", True),
        ("ADD a :ss", True),
        ("REMOVE a ADD b :n", True),
        ("DELETE a :ss SET b = :s", True),
    ],
)
def test_an_update_that_only_removes_makes_no_item(text: str, creates: bool) -> None:
    assert compiled(text).creates is creates


@pytest.mark.parametrize("text", ["SET a = :deep", "SET mp.a = :deep", "SET a = if_not_exists(b, :deep)"])
def test_a_value_that_is_only_good_for_conditions_is_not_stored(text: str) -> None:
    deep: Any = {"S": "x"}
    for _ in range(32):
        deep = {"M": {"a": deep}}
    update = compile_update(text, Placeholders(None, {":deep": deep}, layer=Layer.OLD))
    with pytest.raises(DynamoDBError) as refused:
        update.apply(decode_item(STORED))
    assert refused.value.message == NESTED_TOO_DEEP


def test_a_missing_item_is_made_of_its_key() -> None:
    key = decode_item(KEY)
    assert compiled("ADD cnt :n").apply(key) == decode_item({**KEY, "cnt": {"N": "1"}})
    assert compiled("REMOVE cnt").apply(key) == key
    assert NOTHING.apply(key) == key and NOTHING.creates and NOTHING.targets == ()


@pytest.mark.parametrize(
    "text, old, new",
    [
        ("SET str = :s, fresh = :n", {"str": {"S": "hello"}}, {"str": {"S": "x"}, "fresh": {"N": "1"}}),
        ("REMOVE str", {"str": {"S": "hello"}}, None),
        ("REMOVE gone", None, None),
        ("SET mp.k = :s", {"mp": {"M": {"k": {"S": "v"}}}}, {"mp": {"M": {"k": {"S": "x"}}}}),
        ("REMOVE mp.k", {"mp": {"M": {"k": {"S": "v"}}}}, None),
        ("SET lst[0] = :s, lst[2] = :t",
         {"lst": {"L": [{"S": "a"}, {"S": "c"}]}}, {"lst": {"L": [{"S": "x"}, {"S": "y"}]}}),
        ("SET deep[0].x = :s",
         {"deep": {"L": [{"M": {"x": {"N": "1"}}}]}}, {"deep": {"L": [{"M": {"x": {"S": "x"}}}]}}),
        ("ADD num :n DELETE strs :ss",
         {"num": {"N": "5"}, "strs": {"SS": ["a", "x"]}}, {"num": {"N": "6"}, "strs": {"SS": ["a"]}}),
    ],
)  # fmt: skip
def test_updated_attributes_are_the_touched_paths_inside_their_parents(text: str, old: Any, new: Any) -> None:
    update = compiled(text)
    stored = decode_item(STORED)
    for item, expected in ((stored, old), (update.apply(stored), new)):
        updated = update.updated(item)
        assert (None if updated is None else attributes_to_wire(updated)) == expected


def test_an_update_can_be_applied_to_many_items() -> None:
    update = compiled("ADD cnt :n SET l = list_append(if_not_exists(l, :empty), :l)")
    item = decode_item(KEY)
    for _ in range(3):
        item = update.apply(item)
    assert attributes_to_wire(item) == {**KEY, "cnt": {"N": "3"}, "l": {"L": [{"S": "x"}] * 3}}
