"""Random conditions and updates agree with plain evaluators over plain Python values."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions.condition import compile_condition
from pytest_ddbmock.expressions.placeholders import Placeholders
from pytest_ddbmock.expressions.projection import compile_projection
from pytest_ddbmock.expressions.update import MISSING, WRONG_TYPE, compile_update
from pytest_ddbmock.values.attribute import attributes_to_wire
from pytest_ddbmock.values.item import decode_item

# ---- plain values: str, Decimal, bytes, bool, None, frozenset of one kind, list, dict

NAMES = ["a", "b", "c", "d"]

texts = st.sampled_from(["", "a", "ab", "abc", "b", "é", "𝄞"])
plain_numbers = st.integers(-3, 12).map(Decimal) | st.sampled_from([Decimal("0.5"), Decimal("-1.25"), Decimal("1e20")])
blobs = st.sampled_from([b"", b"a", b"ab", b"\xff"])
scalars = st.one_of(texts, plain_numbers, blobs, st.booleans(), st.none())
sets = st.one_of(
    st.frozensets(texts, min_size=1, max_size=3),
    st.frozensets(plain_numbers, min_size=1, max_size=3),
    st.frozensets(blobs, min_size=1, max_size=3),
)
plain = st.recursive(
    scalars | sets,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=6,
)
items = st.dictionaries(st.sampled_from(NAMES), plain, max_size=4)
paths = st.builds(
    lambda first, rest: (first, *rest),
    st.sampled_from(NAMES),
    st.lists(st.sampled_from([*NAMES, 0, 1, 2]), max_size=2),
)


def kind(value: Any) -> str:
    if isinstance(value, frozenset):
        return kind(next(iter(value))) + "S"
    kinds = {str: "S", Decimal: "N", bytes: "B", bool: "BOOL", type(None): "NULL", list: "L", dict: "M"}
    return kinds[type(value)]


def to_wire(value: Any) -> dict[str, Any]:
    tag = kind(value)
    if tag == "N":
        return {"N": str(value)}
    if tag == "NS":
        return {"NS": [str(member) for member in value]}
    if tag in ("SS", "BS"):
        return {tag: list(value)}
    if tag == "L":
        return {"L": [to_wire(element) for element in value]}
    if tag == "M":
        return {"M": {name: to_wire(element) for name, element in value.items()}}
    return {tag: True if tag == "NULL" else value}


def same(left: Any, right: Any) -> bool:
    if kind(left) != kind(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)
    return bool(left == right)


GONE = object()


def look_up(item: dict[str, Any], path: tuple[Any, ...]) -> Any:
    value: Any = item
    for element in path:
        if isinstance(element, str):
            fits = isinstance(value, dict) and element in value
        else:
            fits = isinstance(value, list) and element < len(value)
        if not fits:
            return GONE
        value = value[element]
    return value


# ---- conditions: (text, function of a plain item), values collected under fresh names


class Writer:
    """Writes expression texts and their literals."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def literal(self, value: Any) -> str:
        name = f":v{len(self.values)}"
        self.values[name] = to_wire(value)
        return name

    @staticmethod
    def path(path: tuple[Any, ...]) -> str:
        return path[0] + "".join(f".{element}" if isinstance(element, str) else f"[{element}]" for element in path[1:])

    def placeholders(self) -> Placeholders:
        return Placeholders(None, self.values or None)


def operand(draw: Any, writer: Writer, literals: Any, used: list[Any]) -> tuple[str, Callable[[Any], Any]]:
    choice = draw(st.integers(0, 5))
    if choice == 0:
        value = draw(literals)
        return writer.literal(value), lambda item: value
    path = draw(paths.filter(lambda path: path not in used))
    used.append(path)
    if choice == 1:

        def size(item: Any) -> Any:
            value = look_up(item, path)
            if value is GONE or kind(value) in ("N", "BOOL", "NULL"):
                return GONE
            return Decimal(len(value.encode("utf-16-le")) // 2 if isinstance(value, str) else len(value))

        return f"size({writer.path(path)})", size
    return writer.path(path), lambda item: look_up(item, path)


def ordered(left: Any, right: Any, compare: Callable[[Any, Any], bool]) -> bool:
    if left is GONE or right is GONE or kind(left) != kind(right) or kind(left) not in ("S", "N", "B"):
        return False
    if isinstance(left, str):
        left, right = left.encode(), right.encode()
    return compare(left, right)


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left is not GONE and right is not GONE and same(left, right),
    "<>": lambda left, right: left is GONE or right is GONE or not same(left, right),
    "<": lambda left, right: ordered(left, right, lambda one, two: one < two),
    "<=": lambda left, right: ordered(left, right, lambda one, two: one <= two),
    ">": lambda left, right: ordered(left, right, lambda one, two: one > two),
    ">=": lambda left, right: ordered(left, right, lambda one, two: one >= two),
}


def starts(value: Any, start: Any) -> bool:
    return (
        value is not GONE
        and start is not GONE
        and kind(value) == kind(start)
        and kind(value) in ("S", "B")
        and value.startswith(start)
    )


def contains(value: Any, member: Any) -> bool:
    if value is GONE or member is GONE:
        return False
    if kind(value) in ("S", "B"):
        return kind(member) == kind(value) and member in value
    if isinstance(value, frozenset | list):
        return any(same(element, member) for element in value)
    return False


@st.composite
def conditions(draw: Any, writer: Writer, depth: int = 3) -> tuple[str, Callable[[Any], bool]]:
    form = draw(st.integers(0, 9 if depth else 6))
    comparable = texts | plain_numbers | blobs
    used: list[Any] = []
    if form <= 1:
        operator = draw(st.sampled_from(sorted(COMPARE)))
        literals = plain if operator in ("=", "<>") else comparable
        (left_text, left), (right_text, right) = (operand(draw, writer, literals, used) for _ in range(2))
        compare = COMPARE[operator]
        return f"{left_text} {operator} {right_text}", lambda item: compare(left(item), right(item))
    if form == 2:
        low_value, high_value = sorted(draw(st.one_of(*(st.lists(kinds, min_size=2, max_size=2) for kinds in (
            texts, plain_numbers, blobs,
        )))))  # fmt: skip
        value_text, value = operand(draw, writer, comparable, used)
        (low_text, low), (high_text, high) = (
            operand(draw, writer, st.just(bound), used) for bound in (low_value, high_value)
        )
        return (
            f"{value_text} BETWEEN {low_text} AND {high_text}",
            lambda item: COMPARE["<="](low(item), value(item)) and COMPARE["<="](value(item), high(item)),
        )
    if form == 3:
        value_text, value = operand(draw, writer, plain, used)
        choices = [operand(draw, writer, plain, used) for _ in range(draw(st.integers(1, 3)))]
        return f"{value_text} IN ({', '.join(text for text, _ in choices)})", lambda item: any(
            COMPARE["="](value(item), choice(item)) for _, choice in choices
        )
    if form == 4:
        path = draw(paths)
        text = writer.path(path)
        wanted = draw(st.sampled_from(["S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"]))
        return draw(
            st.sampled_from(
                [
                    (f"attribute_exists({text})", lambda item: look_up(item, path) is not GONE),
                    (f"attribute_not_exists({text})", lambda item: look_up(item, path) is GONE),
                    (
                        f"attribute_type({text}, {writer.literal(wanted)})",
                        lambda item: (value := look_up(item, path)) is not GONE and kind(value) == wanted,
                    ),
                ]
            )
        )
    if form == 5:
        (left_text, left), (right_text, right) = (
            (text, evaluate) if "size" not in text else (writer.literal("ab"), lambda item: "ab")
            for text, evaluate in (operand(draw, writer, texts | blobs, used) for _ in range(2))
        )
        return f"begins_with({left_text}, {right_text})", lambda item: starts(left(item), right(item))
    if form == 6:
        (left_text, left), (right_text, right) = (operand(draw, writer, plain, used) for _ in range(2))
        return f"contains({left_text}, {right_text})", lambda item: contains(left(item), right(item))
    inner_text, inner = draw(conditions(writer, depth - 1))
    if form == 7:
        return f"NOT ({inner_text})", lambda item: not inner(item)
    second_text, second = draw(conditions(writer, depth - 1))
    if form == 8:
        return f"({inner_text}) AND ({second_text})", lambda item: inner(item) and second(item)
    return f"({inner_text}) OR ({second_text})", lambda item: inner(item) or second(item)


@st.composite
def written_conditions(draw: Any) -> tuple[str, Writer, Callable[[Any], bool]]:
    writer = Writer()
    text, evaluate = draw(conditions(writer))
    for name in [name for name in writer.values if name not in text]:
        del writer.values[name]
    return text, writer, evaluate


@settings(max_examples=250)
@given(written_conditions(), st.lists(items, min_size=1, max_size=4))
def test_random_conditions_agree_with_a_plain_evaluator(
    condition: tuple[str, Writer, Callable[[Any], bool]], many: list[dict[str, Any]]
) -> None:
    text, writer, evaluate = condition
    compiled = compile_condition("FilterExpression", text, writer.placeholders())
    for item in many:
        assert compiled.test(decode_item(to_wire(item)["M"])) == evaluate(item)


# ---- updates


class Refused(Exception):
    """The plain evaluator cannot do it; the argument is the message, None where several would do."""


@st.composite
def set_values(draw: Any, writer: Writer, depth: int = 2) -> tuple[str, Callable[[Any], Any]]:
    form = draw(st.integers(0, 4 if depth else 1))
    if form == 0:
        value = draw(plain)
        return writer.literal(value), lambda item: value
    path = draw(paths)
    if form == 1:
        return writer.path(path), lambda item: look_up(item, path)
    text, inner = draw(set_values(writer, depth - 1))
    if form == 2:
        return (
            f"if_not_exists({writer.path(path)}, {text})",
            lambda item: value if (value := look_up(item, path)) is not GONE else inner(item),
        )
    second_text, second = draw(set_values(writer, depth - 1))

    def joined(item: Any) -> Any:
        one, two = inner(item), second(item)
        if one is GONE or two is GONE:
            raise Refused(MISSING)
        if not isinstance(one, list) or not isinstance(two, list):
            raise Refused(WRONG_TYPE)
        return one + two

    return f"list_append({text}, {second_text})", joined


@st.composite
def sums(draw: Any, writer: Writer) -> tuple[str, Callable[[Any], Any]]:
    path, number = draw(paths), draw(plain_numbers)
    sign = draw(st.sampled_from("+-"))

    def calculated(item: Any) -> Any:
        value = look_up(item, path)
        if value is GONE:
            raise Refused(MISSING)
        if kind(value) != "N":
            raise Refused(WRONG_TYPE)
        return value + number if sign == "+" else value - number

    return f"{writer.path(path)} {sign} {writer.literal(number)}", calculated


REMOVED = object()


def brute_force(item: dict[str, Any], actions: list[tuple[str, tuple[Any, ...], Any]]) -> dict[str, Any]:
    """Every right side first, then each action in turn on a deep copy in which no list changes its length."""
    arguments = []
    for section, _, value in actions:
        argument = value(item) if section == "SET" else value
        if argument is GONE:
            raise Refused(MISSING)
        arguments.append(argument)
    result = copy.deepcopy(item)
    appended: list[tuple[list[Any], int, Any]] = []
    for (section, path, _), argument in zip(actions, arguments, strict=True):
        parent = look_up(result, path[:-1]) if len(path) > 1 else result
        last = path[-1]
        if not isinstance(parent, dict if isinstance(last, str) else list):
            raise Refused(None)
        exists = last in parent if isinstance(parent, dict) else last < len(parent)
        value = new_value(section, parent[last] if exists else GONE, argument)
        if value is not REMOVED:
            value = copy.deepcopy(value)
        if isinstance(parent, dict):
            if value is not REMOVED:
                parent[last] = value
            elif exists:
                del parent[last]
        elif exists:
            parent[last] = value
        elif value is not REMOVED:
            appended.append((parent, last, value))
    for parent, _, value in sorted(appended, key=lambda entry: entry[1]):
        parent.append(value)
    drop_removed(result)
    return result


def new_value(section: str, stored: Any, argument: Any) -> Any:
    if section == "SET":
        return argument
    if section == "REMOVE":
        return REMOVED
    if stored is GONE:
        return argument if section == "ADD" else REMOVED
    if kind(stored) != kind(argument):
        raise Refused(None)
    if section == "ADD":
        return stored + argument if kind(stored) == "N" else stored | argument
    return stored - argument or REMOVED


def drop_removed(value: Any) -> None:
    if isinstance(value, list):
        value[:] = [element for element in value if element is not REMOVED]
    for element in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        drop_removed(element)


@st.composite
def written_updates(draw: Any) -> tuple[str, Writer, list[tuple[str, tuple[Any, ...], Any]]]:
    writer = Writer()
    targets: list[tuple[Any, ...]] = []
    for path in draw(st.lists(paths, min_size=1, max_size=5)):
        overlaps = any(path[: len(other)] == other[: len(path)] for other in targets)
        conflicts = any(
            path[:length] == other[:length] and type(path[length]) is not type(other[length])
            for other in targets
            for length in range(1, min(len(path), len(other)))
        )
        if not overlaps and not conflicts:
            targets.append(path)
    actions = []
    texts_of: dict[str, list[str]] = {"SET": [], "REMOVE": [], "ADD": [], "DELETE": []}
    for path in targets:
        section = draw(st.sampled_from(["SET", "SET", "REMOVE", "ADD", "DELETE"]))
        target = writer.path(path)
        if section == "SET":
            text, value = draw(st.one_of(set_values(writer), sums(writer)))
            texts_of[section].append(f"{target} = {text}")
        elif section == "REMOVE":
            value = None
            texts_of[section].append(target)
        else:
            value = draw(sets | plain_numbers if section == "ADD" else sets)
            texts_of[section].append(f"{target} {writer.literal(value)}")
        actions.append((section, path, value))
    order = draw(st.permutations(sorted(texts_of)))
    ranked = [action for section in order for action in actions if action[0] == section]
    return " ".join(f"{name} {', '.join(texts_of[name])}" for name in order if texts_of[name]), writer, ranked


@settings(max_examples=300)
@given(written_updates(), items)
def test_random_updates_agree_with_brute_force_on_a_deep_copy(
    update: tuple[str, Writer, list[tuple[str, tuple[Any, ...], Any]]], item: dict[str, Any]
) -> None:
    text, writer, actions = update
    try:
        compiled = compile_update(text, writer.placeholders())
    except DynamoDBError as error:
        # list_append of a literal that is not a list, or of another list_append
        assert re.search("Incorrect operand type|allowed to be used this way", str(error.message))
        return
    assert compiled.targets == tuple(path for _, path, _ in actions)
    before = decode_item(to_wire(item)["M"])
    try:
        expected = brute_force(item, actions)
    except Refused as refused:
        try:
            compiled.apply(before)
        except DynamoDBError as error:
            assert refused.args[0] in (None, error.message)
            return
        raise AssertionError("accepted what the plain evaluator refuses") from refused
    after = compiled.apply(before)
    assert after == decode_item(to_wire(expected)["M"])
    assert after.size == decode_item(attributes_to_wire(after)).size
    assert before == decode_item(to_wire(item)["M"])


# ---- projections


@settings(max_examples=150)
@given(st.lists(paths, min_size=1, max_size=4), items)
def test_random_projections_agree_with_a_plain_evaluator(wanted: list[tuple[Any, ...]], item: dict[str, Any]) -> None:
    try:
        projection = compile_projection(", ".join(map(Writer.path, wanted)), Placeholders())
    except DynamoDBError as error:
        assert "Two document paths" in str(error.message)
        return

    def kept(value: Any, at: tuple[Any, ...]) -> Any:
        if at in wanted:
            return value
        if not any(path[: len(at)] == at for path in wanted):
            return GONE
        if isinstance(value, dict):
            found = {name: part for name, below in value.items() if (part := kept(below, (*at, name))) is not GONE}
        elif isinstance(value, list):
            found = [part for index, below in enumerate(value) if (part := kept(below, (*at, index))) is not GONE]
        else:
            return GONE
        return found or GONE

    expected = kept(item, ())
    found_item = projection.apply(decode_item(to_wire(item)["M"]))
    assert found_item == decode_item(to_wire({} if expected is GONE else expected)["M"])
