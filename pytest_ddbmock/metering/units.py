"""Bytes to capacity units.

Source: "DynamoDB read and write operations", "Read and write units".
"""

from __future__ import annotations

READ_BLOCK = 4096
WRITE_BLOCK = 1024


def read_units(size: int, *, consistent: bool) -> float:
    """Read capacity for `size` bytes: 4 KB steps, at least one; half for eventually consistent reads.

    >>> read_units(4097, consistent=True), read_units(0, consistent=False)
    (2.0, 0.5)
    """
    return max(1, -(-size // READ_BLOCK)) * (1.0 if consistent else 0.5)


def write_units(old_size: int, new_size: int) -> float:
    """Write capacity for a change: 1 KB steps of the larger image, at least one.

    >>> write_units(0, 1025), write_units(0, 0)
    (2.0, 1.0)
    """
    return float(max(1, -(-max(old_size, new_size) // WRITE_BLOCK)))
