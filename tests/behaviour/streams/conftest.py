"""Reading a stream as a consumer does: describe it, take iterators, get records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError


class Reader:
    """A consumer of streams; `arn` stands for the newest stream of the table `orders`."""

    def __init__(self, client: Any, streams: Any) -> None:
        self.client = client
        self.streams = streams

    @property
    def arn(self) -> str:
        return self.client.describe_table(TableName="orders")["Table"]["LatestStreamArn"]  # type: ignore[no-any-return]

    def describe(self, arn: str | None = None) -> dict[str, Any]:
        return self.streams.describe_stream(StreamArn=arn or self.arn)["StreamDescription"]  # type: ignore[no-any-return]

    def shard(self, arn: str | None = None) -> str:
        [shard] = self.describe(arn)["Shards"]
        return shard["ShardId"]  # type: ignore[no-any-return]

    def iterator(self, kind: str = "TRIM_HORIZON", arn: str | None = None, **more: Any) -> str:
        arn = arn or self.arn
        answer = self.streams.get_shard_iterator(StreamArn=arn, ShardId=self.shard(arn), ShardIteratorType=kind, **more)
        return answer["ShardIterator"]  # type: ignore[no-any-return]

    def pages(self, iterator: str, **more: Any) -> Iterator[dict[str, Any]]:
        """Pages up to the first empty one."""
        while True:
            page = self.streams.get_records(ShardIterator=iterator, **more)
            yield page
            if not page["Records"] or "NextShardIterator" not in page:
                return
            iterator = page["NextShardIterator"]

    def records(self, kind: str = "TRIM_HORIZON", arn: str | None = None, **more: Any) -> list[dict[str, Any]]:
        return [record for page in self.pages(self.iterator(kind, arn, **more)) for record in page["Records"]]

    def keys(self, kind: str = "TRIM_HORIZON", arn: str | None = None, **more: Any) -> list[str]:
        """Partition keys of the records."""
        return [record["dynamodb"]["Keys"]["pk"]["S"] for record in self.records(kind, arn, **more)]

    def put(self, *keys: str, **attributes: Any) -> None:
        for key in keys:
            self.client.put_item(TableName="orders", Item={"pk": {"S": key}, **attributes})

    def switch(self, view_type: str | None) -> None:
        specification: dict[str, Any] = {"StreamEnabled": view_type is not None}
        if view_type is not None:
            specification["StreamViewType"] = view_type
        self.client.update_table(TableName="orders", StreamSpecification=specification)


@pytest.fixture
def reader(ddbmock: Any) -> Reader:
    """A table `orders` with an enabled stream, time standing still; the client checks no parameters itself."""
    ddbmock.clock.freeze()
    ddbmock.create_table("orders", "pk", stream="NEW_AND_OLD_IMAGES")
    config = Config(parameter_validation=False)
    return Reader(
        boto3.client("dynamodb", region_name=ddbmock.region),
        boto3.client("dynamodbstreams", region_name=ddbmock.region, config=config),
    )


@pytest.fixture
def refused(reader: Reader) -> Any:
    """Makes a call that must be refused; gives `Code: message`."""

    def refused(method: str, **params: Any) -> str:
        with pytest.raises(ClientError) as caught:
            getattr(reader.streams, method)(**params)
        error = caught.value.response["Error"]
        return f"{error['Code']}: {error['Message']}"

    return refused
