"""The services that the doors answer: one row each, the one place that lists them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pytest_ddbmock.engine.request import DYNAMODB, STREAMS

JSON_1_0 = "json 1.0"
"""botocore's protocol and its version; the only one that the doors speak, in `json10`."""


class Service(NamedTuple):
    """A service as botocore's model describes it."""

    name: str
    """botocore's name: what clients are made with, and `Request.service`."""
    title: str
    event_id: str
    """How botocore's events name it: `before-call.<event_id>.<operation>`."""
    target: str
    """What `X-Amz-Target` begins with, up to the dot."""
    protocol: str
    host: str
    """The default host is `<host>.<Region>.amazonaws.com`."""


SERVICES: Mapping[str, Service] = {
    service.name: service
    for service in (
        Service(DYNAMODB, "DynamoDB", "dynamodb", "DynamoDB_20120810", JSON_1_0, "dynamodb"),
        Service(
            STREAMS, "DynamoDB Streams", "dynamodb-streams", "DynamoDBStreams_20120810", JSON_1_0, "streams.dynamodb"
        ),
    )
}
"""By botocore's name."""
