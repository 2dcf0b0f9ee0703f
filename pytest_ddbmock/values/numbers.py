"""Numbers of 38 digits: canonical text, exact arithmetic, limits, size.

Every function is linear in the length of the text.

Source: "Supported data types and naming rules in Amazon DynamoDB", section "Number".
"""

from __future__ import annotations

import re
from decimal import Context, Decimal, Inexact, InvalidOperation, Rounded

from pytest_ddbmock import errors
from pytest_ddbmock.values.faults import InvalidValue

MAX_DIGITS = 38
MAX_EXPONENT = 125
MIN_EXPONENT = -130

NOT_A_NUMBER = "The parameter cannot be converted to a numeric value"
TOO_PRECISE = "Attempting to store more than 38 significant digits in a Number"
OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"

# Exact or an error: 38-digit operands up to 1E125 and down to 1E-130 need at most 256 digits for an exact sum.
_EXACT = Context(prec=400, traps=[InvalidOperation, Inexact, Rounded], Emax=10_000, Emin=-10_000)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)


def canonical(text: str) -> str:
    """Return the one text under which a number is stored and compared.

    >>> canonical("1.50"), canonical("1e3"), canonical("-0"), canonical("+.5")
    ('1.5', '1000', '0', '0.5')

    Errors: `InvalidValue` for text that is not a number, too precise, too large or too small.
    """
    # The common case, a plain whole number, is its own canonical text. (`isdigit` alone accepts other scripts.)
    if len(text) <= MAX_DIGITS and text.isdigit() and text.isascii() and (text[0] != "0" or text == "0"):
        return text
    if not _NUMBER.fullmatch(text):
        raise not_a_number(text)
    mantissa, _, exponent = text.lower().partition("e")
    power = _exponent(exponent)
    if power is None:
        raise not_a_number(text)
    whole, _, fraction = mantissa.lstrip("+-").partition(".")
    digits = (whole + fraction).lstrip("0")
    trimmed = digits.rstrip("0")
    scale = len(fraction) - power
    # AWS checks zero too, by the exponent as written: `0e126` is too large.
    misfit = _misfit(len(trimmed), len(digits) - scale - 1 if digits else power)
    if misfit is not None:
        raise InvalidValue(misfit, _old_misfit(misfit, text, power, scale, len(digits)))
    return _plain(mantissa[0] == "-", trimmed, len(digits) - len(trimmed) - scale)


def not_a_number(text: str) -> InvalidValue:
    """Return the error for text that AWS cannot read as a number."""
    return InvalidValue(f"{NOT_A_NUMBER}: {text}", f"{NOT_A_NUMBER}: {text}" if text else NOT_A_NUMBER)


def _exponent(text: str) -> int | None:
    """Return a written exponent, None if it does not fit 64 bits."""
    digits = text.lstrip("+-").lstrip("0")
    if len(digits) > 19:  # a longer text may take long to convert
        return None
    power = int(digits or 0)
    if text[:1] == "-":
        power = -power
    return power if -(1 << 63) <= power < 1 << 63 else None


def _misfit(digits: int, leading: int) -> str | None:
    """Return why AWS rejects a number of so many significant digits, the first of which counts 10**`leading`."""
    # Unsure: which of the three wins for a number that breaks two rules.
    if digits > MAX_DIGITS:
        return TOO_PRECISE
    if leading > MAX_EXPONENT:
        return OVERFLOW
    return UNDERFLOW if leading < MIN_EXPONENT else None


def _old_misfit(misfit: str, text: str, power: int, scale: int, precision: int) -> str:
    """Return what the old layer says of a number that breaks a rule: it calculates as Java's BigDecimal, in 32 bits."""
    # Unsure: that the old layer checks the exponent of zero.
    if not (_fits_int(power) and _fits_int(scale)):
        return f"{NOT_A_NUMBER}: {text}"
    # `1e2147483647` wraps around and becomes too small.
    return misfit if misfit == TOO_PRECISE or _fits_int((precision or 1) - scale) else UNDERFLOW


def _fits_int(number: int) -> bool:
    return -(1 << 31) <= number < 1 << 31


def _plain(negative: bool, digits: str, exponent: int) -> str:
    """Return `digits`, without zeros at either end, times ten to the `exponent` as plain decimal text."""
    if not digits:
        return "0"
    sign = "-" if negative else ""
    if exponent >= 0:
        return sign + digits + "0" * exponent
    if -exponent < len(digits):
        return f"{sign}{digits[:exponent]}.{digits[exponent:]}"
    return f"{sign}0.{'0' * (-exponent - len(digits))}{digits}"


def add(left: str, right: str) -> str:
    """Return the exact sum of two canonical numbers, canonical.

    Errors: `ValidationException` for a sum that no attribute can hold.
    """
    return _of_decimal(_EXACT.add(Decimal(left), Decimal(right)))


def subtract(left: str, right: str) -> str:
    """Return the exact difference of two canonical numbers, canonical; errors as of `add`."""
    return _of_decimal(_EXACT.subtract(Decimal(left), Decimal(right)))


def _of_decimal(number: Decimal) -> str:
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int), "sums of finite numbers are finite"
    text = "".join(map(str, digits)).lstrip("0")
    trimmed = text.rstrip("0")
    misfit = _misfit(len(trimmed), len(text) + exponent - 1) if text else None
    if misfit is not None:
        # Unsure: AWS was observed to report a result of more than 38 digits as an overflow (1E50 + 1).
        raise errors.validation(OVERFLOW if misfit == TOO_PRECISE else misfit)
    return _plain(bool(sign), trimmed, exponent + len(text) - len(trimmed))


def sortable(text: str) -> int | Decimal:
    """Return a canonical number as something that compares by value; `int`, which is faster, for whole numbers."""
    return Decimal(text) if "." in text else int(text)


def size(text: str) -> int:
    """Return the bytes of a canonical number: one per two digits, counted from the decimal point, plus one.

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
