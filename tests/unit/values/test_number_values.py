"""Numbers: canonical text, limits, exact arithmetic, sizes."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.values import numbers
from pytest_ddbmock.values.faults import InvalidValue, Layer

NOT_A_NUMBER = "The parameter cannot be converted to a numeric value"
TOO_PRECISE = "Attempting to store more than 38 significant digits in a Number"
TOO_LARGE = "Number overflow. Attempting to store a number with magnitude larger than supported range"
TOO_SMALL = "Number underflow. Attempting to store a number with magnitude smaller than supported range"

UNLIMITED = Context(prec=2000, Emax=10**6, Emin=-(10**6))

digits = st.integers(min_value=-(10**38 - 1), max_value=10**38 - 1)
storable = st.builds(lambda number, exponent: f"{number}e{exponent}", digits, st.integers(-130, 87))
canonical_numbers = storable.map(numbers.canonical)


def in_range(number: Decimal) -> bool:
    if not number:
        return True
    number = number.normalize(UNLIMITED)
    return len(number.as_tuple().digits) <= 38 and -130 <= number.adjusted() <= 125


@pytest.mark.parametrize(
    "given_text, stored",
    [
        ("1.50", "1.5"),
        ("1e3", "1000"),
        ("1E+3", "1000"),
        ("1E-3", "0.001"),
        ("+7", "7"),
        (".5", "0.5"),
        ("5.", "5"),
        ("00042", "42"),
        ("-0", "0"),
        ("-0.00e17", "0"),
        ("1e+0000125", "1" + "0" * 125),
        ("0.01e127", "1" + "0" * 125),
        ("1000e-133", "0." + "0" * 129 + "1"),
        ("0", "0"),
        ("-12.50", "-12.5"),
        ("123456789e-4", "12345.6789"),
        ("1E125", "1" + "0" * 125),
        ("1E-130", "0." + "0" * 129 + "1"),
        ("9" * 38 + "e88", "9" * 38 + "0" * 88),
        ("0." + "0" * 500 + "0", "0"),
        ("0e125", "0"),
        ("0.00e-130", "0"),
        ("1e" + "0" * 2000 + "3", "1000"),
        ("1" + "0" * 60, "1" + "0" * 60),
        ("0." + "1" * 38, "0." + "1" * 38),
    ],
)
def test_numbers_are_stored_in_canonical_form(given_text: str, stored: str) -> None:
    assert numbers.canonical(given_text) == stored


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 1",
        "1 ",
        "  ",
        "1e",
        "1e+",
        ".",
        "-",
        "+",
        "e5",
        "NaN",
        "Infinity",
        "-inf",
        "0x10",
        "1_000",
        "1,5",
        "²",
        "٣",
        "1\n",
    ]
    + ["1e9223372036854775808", "-1e-9223372036854775809", "0e" + "9" * 5000],
)
def test_text_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(DynamoDBError) as refused:
        numbers.canonical(text)
    assert refused.value.message == f"The parameter cannot be converted to a numeric value: {text}"


@pytest.mark.parametrize(
    "text, message",
    [
        ("1" * 39, TOO_PRECISE),
        ("1." + "0" * 37 + "1", TOO_PRECISE),
        ("1e126", TOO_LARGE),
        ("-1e126", TOO_LARGE),
        ("1e9223372036854775807", TOO_LARGE),
        ("10e125", TOO_LARGE),
        ("0e126", TOO_LARGE),
        ("-0.000e2147483648", TOO_LARGE),
        ("1e-131", TOO_SMALL),
        ("0.1e-130", TOO_SMALL),
        ("1e-9223372036854775808", TOO_SMALL),
        ("0e-131", TOO_SMALL),
    ],
)
def test_numbers_beyond_the_limits_are_refused(text: str, message: str) -> None:
    with pytest.raises(DynamoDBError) as refused:
        numbers.canonical(text)
    assert refused.value.code == "ValidationException"
    assert refused.value.message == message


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "The parameter cannot be converted to a numeric value"),
        ("1e126", TOO_LARGE),
        ("1e-131", TOO_SMALL),
        ("1" * 39, TOO_PRECISE),
        # Java's BigDecimal has an exponent and a scale of 32 bits ...
        ("1e2147483648", f"{NOT_A_NUMBER}: 1e2147483648"),
        ("1e-2147483648", f"{NOT_A_NUMBER}: 1e-2147483648"),
        ("1.5e-2147483647", f"{NOT_A_NUMBER}: 1.5e-2147483647"),
        ("-1e99999999999", f"{NOT_A_NUMBER}: -1e99999999999"),
        ("1" * 39 + "e2147483648", f"{NOT_A_NUMBER}: {'1' * 39}e2147483648"),
        ("1e-2147483647", TOO_SMALL),
        # ... and the place of the first digit wraps around.
        ("1e2147483646", TOO_LARGE),
        ("1e2147483647", TOO_SMALL),
        ("10e2147483646", TOO_SMALL),
        ("0.1e2147483647", TOO_LARGE),
    ],
)
def test_the_old_layer_calculates_in_32_bits(text: str, message: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        numbers.canonical(text)
    assert refused.value.worded_by(Layer.OLD).message == message
    assert refused.value.worded_by(Layer.NEW) is refused.value


@given(storable)
def test_the_canonical_text_has_the_value_of_what_was_given(text: str) -> None:
    stored = numbers.canonical(text)
    assert Decimal(stored) == Decimal(text)
    assert "e" not in stored.lower()


@given(storable)
def test_the_canonical_text_is_its_own_canonical_text(text: str) -> None:
    stored = numbers.canonical(text)
    assert numbers.canonical(stored) == stored


@given(storable, storable)
def test_texts_are_equal_exactly_when_the_numbers_are(left: str, right: str) -> None:
    assert (numbers.canonical(left) == numbers.canonical(right)) == (Decimal(left) == Decimal(right))


@given(digits, st.integers(-20, 20), st.integers(0, 20))
def test_one_number_written_in_two_ways_has_one_text(number: int, exponent: int, zeros: int) -> None:
    shifted = f"{number}{'0' * zeros}e{exponent - zeros}"
    assert numbers.canonical(shifted) == numbers.canonical(f"{number}e{exponent}")


@given(st.from_regex(r"[+-]?[0-9]{0,45}\.?[0-9]{0,45}([eE][+-]?[0-9]{1,4})?", fullmatch=True))
def test_a_number_is_refused_exactly_when_it_is_out_of_range(text: str) -> None:
    if not any(character.isdigit() for character in text.lower().partition("e")[0]):
        with pytest.raises(DynamoDBError):
            numbers.canonical(text)
        return
    number = UNLIMITED.create_decimal(text)
    exponent = int(text.lower().partition("e")[2] or 0)
    is_valid = in_range(number) if number else -130 <= exponent <= 125
    try:
        stored = numbers.canonical(text)
    except DynamoDBError:
        assert not is_valid
    else:
        assert is_valid
        assert Decimal(stored) == number


@given(canonical_numbers, canonical_numbers, st.sampled_from(["add", "subtract"]))
def test_arithmetic_is_exact_or_refused(left: str, right: str, operation: str) -> None:
    exact = getattr(UNLIMITED, operation)(Decimal(left), Decimal(right))
    try:
        result = getattr(numbers, operation)(left, right)
    except DynamoDBError:
        assert not in_range(exact)
    else:
        assert in_range(exact)
        assert Decimal(result) == exact
        assert numbers.canonical(result) == result


@pytest.mark.parametrize(
    "left, right, total",
    [
        ("0.1", "0.2", "0.3"),
        ("9007199254740993", "1", "9007199254740994"),
        ("1", "-1", "0"),
        ("99.5", "0.5", "100"),
    ],
)
def test_sums_are_decimal(left: str, right: str, total: str) -> None:
    assert numbers.add(left, right) == total


@pytest.mark.parametrize("calculate", [numbers.add, numbers.subtract])
@pytest.mark.parametrize("left, right", [("1" + "0" * 50, "1"), ("9" * 38, "0.1"), ("-9", "0." + "0" * 40 + "1")])
def test_a_result_of_more_than_38_digits_is_an_overflow(calculate: Any, left: str, right: str) -> None:
    with pytest.raises(DynamoDBError) as refused:
        calculate(left, right)
    assert refused.value.message == TOO_LARGE


def test_a_sum_that_is_too_large_is_refused() -> None:
    largest = "9" * 38 + "0" * 88
    with pytest.raises(DynamoDBError) as refused:
        numbers.add(largest, "1" + "0" * 88)
    assert refused.value.message == TOO_LARGE


@given(canonical_numbers, canonical_numbers)
def test_numbers_sort_by_value(left: str, right: str) -> None:
    assert (numbers.sortable(left) < numbers.sortable(right)) == (Decimal(left) < Decimal(right))


@pytest.mark.parametrize(
    "text, size",
    [
        ("0", 1),
        ("1", 2),
        ("12", 2),
        ("123", 3),
        ("1000", 2),
        ("-1", 3),
        ("12.5", 3),
        ("0.001", 2),
        ("-0.001", 3),
        ("1.05", 3),
        ("100.5", 4),
        ("1" + "0" * 125, 2),
        ("9" * 38, 20),
        ("-0." + "9" * 38, 21),
    ],
)
def test_a_number_takes_a_byte_for_two_digits_and_one_more(text: str, size: int) -> None:
    assert numbers.size(text) == size


@given(canonical_numbers)
def test_no_number_takes_more_than_22_bytes(text: str) -> None:
    assert 1 <= numbers.size(text) <= 22


@given(canonical_numbers.filter(lambda text: text != "0"))
def test_a_minus_sign_takes_one_byte(text: str) -> None:
    positive = text.removeprefix("-")
    assert numbers.size("-" + positive) == numbers.size(positive) + 1
