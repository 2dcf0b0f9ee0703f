"""Connections to the endpoint of the test, and the environment of processes that are to find it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.wires import Wire


@pytest.fixture
def new_wire(ddbmock_endpoint: str) -> Iterator[Callable[[], Wire]]:
    """Opens connections to the endpoint of the test."""
    with contextlib.ExitStack() as exits:

        def new() -> Wire:
            wire = Wire(ddbmock_endpoint)
            exits.callback(wire.close)
            return wire

        yield new


@pytest.fixture
def wire(new_wire: Callable[[], Wire]) -> Wire:
    return new_wire()


@pytest.fixture
def environment(ddbmock: Any, ddbmock_endpoint: str) -> dict[str, str]:
    """For processes that are to find the endpoint, and neither our plugin nor anybody's configuration."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_"))}
    return {
        **kept,
        "AWS_ENDPOINT_URL_DYNAMODB": ddbmock_endpoint,
        "AWS_ENDPOINT_URL_DYNAMODB_STREAMS": ddbmock_endpoint,
        "AWS_ACCESS_KEY_ID": "anything",
        "AWS_SECRET_ACCESS_KEY": "anything",
        "AWS_DEFAULT_REGION": ddbmock.region,
        "AWS_REGION": ddbmock.region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
        "NO_PROXY": "127.0.0.1",
    }
