"""Who is measured: each peer opens a DynamoDB and gives a client to it. One process holds one peer."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from typing import Any, NamedTuple, TypeAlias

import boto3

REGION = "eu-central-1"
Client: TypeAlias = Any
Canned: TypeAlias = dict[str, Any]


class Opened(NamedTuple):
    """An open peer: its client, and how to tell it the answer to give (a peer that has its own answers ignores it)."""

    client: Client
    can: Callable[[Canned], None]
    has_answers: bool


class CannedResponse:
    """As much of an HTTP response as botocore looks at."""

    status_code = 200


@contextmanager
def floor() -> Iterator[Opened]:
    """What botocore itself costs: a ready answer at `before-call`, the first place where there may be one."""
    client = boto3.session.Session(**_CREDENTIALS).client("dynamodb", region_name=REGION)
    ready: list[Canned] = [{}]
    client.meta.events.register_first("before-call.dynamodb", lambda **_: (CannedResponse, ready[0]))
    yield Opened(client, lambda canned: ready.__setitem__(0, canned), has_answers=False)


@contextmanager
def ours() -> Iterator[Opened]:
    """pytest-ddbmock, with a client made as applications make it."""
    from pytest_ddbmock import mock_dynamodb

    with mock_dynamodb(region=REGION):
        yield Opened(boto3.client("dynamodb", region_name=REGION), lambda _: None, has_answers=True)


@contextmanager
def moto() -> Iterator[Opened]:
    """moto's `mock_aws`."""
    from moto import mock_aws

    with mock_aws():
        client = boto3.session.Session(**_CREDENTIALS).client("dynamodb", region_name=REGION)
        yield Opened(client, lambda _: None, has_answers=True)


_CREDENTIALS = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}

PEERS: dict[str, Callable[[], AbstractContextManager[Opened]]] = {"floor": floor, "ours": ours, "moto": moto}


def installed() -> list[str]:
    """The peers that can be measured here, in the order in which they take turns."""
    return [peer for peer in PEERS if peer != "moto" or find_spec("moto")]
