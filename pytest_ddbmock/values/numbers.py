"""38-digit decimals: canonical text, arithmetic, limits.

Source: "Supported data types and naming rules in Amazon DynamoDB", section "Number".
"""

from __future__ import annotations

import re
from decimal import Context, Decimal, Inexact, InvalidOperation, Rounded

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError

MAX_DIGITS = 38
MAX_EXPONENT = 125
MIN_EXPONENT = -130

# Exact or an error: 38-digit operands up to 1E125 and down to 1E-130 need at most 256 digits for an exact sum.
_EXACT = Context(prec=400, traps=[InvalidOperation, Inexact, Rounded], Emax=10_000, Emin=-10_000)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)


def canonical(text: str) -> str:
    """The one text under which a number is stored and compared.

    >>> canonical("1.50"), canonical("1e3"), canonical("-0"), canonical("+.5")
    ('1.5', '1000', '0', '0.5')

    Errors: `ValidationException` for text that is no number, too precise, too large or too small.
    """
    # The common case, a plain whole number, is its own canonical text. (`isdigit` alone lets other scripts pass.)
    if len(text) <= MAX_DIGITS and text.isdigit() and text.isascii() and (text[0] != "0" or text == "0"):
        return text
    if not _NUMBER.fullmatch(text):
        if not text:
            raise errors.validation("The parameter cannot be converted to a numeric value")
        raise errors.validation(f"The parameter cannot be converted to a numeric value: {text}")
    return _of_triple(*_split(text))


def _split(text: str) -> tuple[bool, str, int]:
    """Sign, digits and exponent, so that the number is `digits` times ten to the `exponent`.

    By hand and not by `Decimal(text)`: an exponent of a million digits is legal text and must not cost anything.
    """
    mantissa, _, exponent = text.lower().partition("e")
    whole, _, fraction = mantissa.lstrip("+-").partition(".")
    digits = (whole + fraction).lstrip("0")
    # Many digits of exponent are as far out of range as eight; the text of a number is far shorter than 10**8.
    power = int(exponent.lstrip("+-").lstrip("0")[:9] or 0)
    return mantissa[0] == "-", digits, (-power if exponent[:1] == "-" else power) - len(fraction)


def _of_triple(negative: bool, digits: str, exponent: int) -> str:
    trimmed = digits.rstrip("0")
    exponent += len(digits) - len(trimmed)
    if not trimmed:
        return "0"
    # Unsure: which of the three wins for a number that breaks two rules (facts, 1.2).
    if len(trimmed) > MAX_DIGITS:
        raise errors.validation("Attempting to store more than 38 significant digits in a Number")
    leading = exponent + len(trimmed) - 1
    if leading > MAX_EXPONENT:
        raise overflow()
    if leading < MIN_EXPONENT:
        raise errors.validation(
            "Number underflow. Attempting to store a number with magnitude smaller than supported range"
        )
    sign = "-" if negative else ""
    if exponent >= 0:
        return sign + trimmed + "0" * exponent
    if -exponent < len(trimmed):
        return f"{sign}{trimmed[:exponent]}.{trimmed[exponent:]}"
    return f"{sign}0.{'0' * (-exponent - len(trimmed))}{trimmed}"


def overflow() -> DynamoDBError:
    """The error for a magnitude above 9.99...E+125."""
    return errors.validation("Number overflow. Attempting to store a number with magnitude larger than supported range")


def add(left: str, right: str) -> str:
    """The exact sum of two canonical numbers, canonical; too many digits and overflow are errors."""
    return _of_decimal(_EXACT.add(Decimal(left), Decimal(right)))


def subtract(left: str, right: str) -> str:
    """The exact difference of two canonical numbers, canonical; too many digits and overflow are errors."""
    return _of_decimal(_EXACT.subtract(Decimal(left), Decimal(right)))


def _of_decimal(number: Decimal) -> str:
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int), "sums of finite numbers are finite"
    return _of_triple(bool(sign), "".join(map(str, digits)).lstrip("0"), exponent)


def sortable(text: str) -> int | Decimal:
    """A canonical number as something that compares by value; whole numbers as the faster `int`."""
    return Decimal(text) if "." in text else int(text)


def size(text: str) -> int:
    """Bytes that a canonical number takes: about one per two digits, counted from the decimal point, plus one.

    >>> size("0"), size("1000"), size("12.5"), size("-1")
    (1, 2, 3, 3)
    """
    if text == "0":
        return 1
    extra = 1
    if text[0] == "-":
        text, extra = text[1:], 2
    whole, _, fraction = text.partition(".")
    if not fraction:
        # The trailing zeros of a whole number are free.
        return extra + (len(whole.rstrip("0")) + 1) // 2
    whole = whole.lstrip("0")
    left = (len(whole) + 1) // 2
    right = (len(fraction) + 1) // 2 if whole else (len(fraction.lstrip("0")) + 1) // 2
    return extra + left + right
