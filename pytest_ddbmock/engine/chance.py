"""`Chance`: everything that is drawn, from one seed, with a stream of draws for each purpose.

One purpose's draws never shift another's: a test that gains a retry keeps its pages.
"""

from __future__ import annotations

import random

SEED = 0x0DDB


class Chance:
    """Draws that are the same in every run with the same seed."""

    __slots__ = ("_seed",)

    def __init__(self, seed: int | str = SEED) -> None:
        self._seed = seed

    def for_(self, purpose: str, *which: object) -> random.Random:
        """Return a new generator for a purpose ("redelivery") and what it is drawn for (the id of a call)."""
        return random.Random(repr((self._seed, purpose, *which)))
