"""`Rules`: how this DynamoDB behaves where AWS leaves room or a test wants a limit; frozen, replaced as a whole."""

from __future__ import annotations

from typing import NamedTuple

from pytest_ddbmock.storage.shards import StreamRules
from pytest_ddbmock.values import sizes


class Pages(NamedTuple):
    """Where pages and batches end."""

    page_bytes: int = 1_048_576
    """A page of Query, Scan or SELECT ends with the item that fills it."""
    response_bytes: int = 16_000_000
    """Of a BatchGetItem answer. Unsure: AWS's example, 52 items of 300 KB, fits 16 million bytes and not 16 MiB."""
    partitions: int = 10
    """Values of the partition key that a page of a SELECT with IN reads.

    Source: "PartiQL arithmetic, comparison, and logical operators for DynamoDB". Unsure: documented are "pages of up to
    10 items".
    """


class Rules(NamedTuple):
    """All of it; durations in microseconds."""

    pace: int = 0
    """How long changes of tables, indexes and settings take."""
    ttl_delay: int = 0
    """How long expired items stay."""
    item_collection_limit: int = sizes.MAX_COLLECTION_SIZE
    """Bytes of all items of a partition key value, in tables with local indexes."""
    streams: StreamRules = StreamRules()
    pages: Pages = Pages()
