"""A client that checks nothing itself, and refusals that leave everything as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError


@pytest.fixture
def client(ddbmock: Any) -> Any:
    """A client that sends whatever it is given, once."""
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    return boto3.client("dynamodb", region_name=ddbmock.region, config=config)


@pytest.fixture
def describe(client: Any) -> Callable[[str], dict[str, Any]]:
    """The description of a table."""

    def describe(name: str) -> dict[str, Any]:
        return client.describe_table(TableName=name)["Table"]  # type: ignore[no-any-return]

    return describe


@pytest.fixture
def refused(client: Any, describe: Callable[[str], dict[str, Any]]) -> Callable[..., str]:
    """Makes a call that must be refused and must change nothing; gives `Code: message`."""

    def everything() -> list[dict[str, Any]]:
        return [describe(name) for name in client.list_tables()["TableNames"]]

    def refused(method: str, **params: Any) -> str:
        before = everything()
        with pytest.raises(ClientError) as caught:
            getattr(client, method)(**params)
        assert everything() == before
        error = caught.value.response["Error"]
        return f"{error['Code']}: {error['Message']}"

    return refused
