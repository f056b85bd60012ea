"""Numbers that people write, read exactly."""

from __future__ import annotations

import re
from fractions import Fraction

# Longer numbers, and those with larger exponents, take for ever to be read exactly.
NUMBER = re.compile(r"\s*[+-]?\d{0,20}(\.\d{0,40})?([eE][+-]?\d{1,2})?(/\d{1,20})?\s*")


def exact_number(text: str) -> Fraction:
    """The number that "25", "29.97" or "30000/1001" says, exactly.

    Raises:
        ValueError: it says none, or one of more digits than people write.
        ZeroDivisionError: it divides by nothing.
    """
    if not NUMBER.fullmatch(text):
        raise ValueError(f"'{text[:40]}' is no number")
    return Fraction(text)
