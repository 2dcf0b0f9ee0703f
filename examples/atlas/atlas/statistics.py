"""Numbers over the whole table, counted by several threads at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from boto3.dynamodb.conditions import Attr

from atlas.table import client, table


def entries_by_kind(segments: int = 4) -> Counter[str]:
    """How many entries of each kind there are: a parallel scan, one thread to a segment."""

    def count(segment: int) -> Counter[str]:
        pages = client.get_paginator("scan").paginate(
            TableName=table.name,
            FilterExpression=Attr("kind").exists(),
            ProjectionExpression="kind",
            Segment=segment,
            TotalSegments=segments,
        )
        return Counter(item["kind"] for page in pages for item in page["Items"])

    with ThreadPoolExecutor(segments) as pool:
        return sum(pool.map(count, range(segments)), Counter())
