"""A client that checks nothing itself, and refusals that leave everything as it was."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from pytest_ddbmock.engine.engine import Engine
from pytest_ddbmock.engine.request import Request


@pytest.fixture(autouse=True)
def _nothing_of_a_request_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spoils the parameters of each call after it: neither the engine nor its answer may hold anything of them."""
    serve = Engine.call

    def call(self: Engine, request: Request) -> dict[str, Any]:
        params = copy.deepcopy(request.params)
        try:
            answer = serve(self, dataclasses.replace(request, params=params))
        finally:
            assert params == request.params, "a request was changed"
            shown = copy.deepcopy(locals().get("answer"))
            spoil(params)
        assert answer == shown, "an answer holds a part of the request"
        return answer

    monkeypatch.setattr(Engine, "call", call)


def spoil(value: Any) -> None:
    """Leave nothing of what can be changed as it was."""
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            spoil(part)
        value.clear()
        if isinstance(value, dict):
            value["spoiled"] = "spoiled"
        else:
            value.append("spoiled")


@pytest.fixture
def client(ddbmock: Any) -> Any:
    """A client that sends whatever it is given, once."""
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    client = boto3.client("dynamodb", region_name=ddbmock.region, config=config)
    client.meta.events.register("provide-client-params.dynamodb", skip_what_botocore_lacks)
    return client


def skip_what_botocore_lacks(params: dict[str, Any], model: Any, **_: object) -> None:
    """An older botocore cannot send what AWS has added since."""
    missing = lacking(model.input_shape, params) if params else None
    if missing is not None:
        pytest.skip(f"this botocore does not know {missing}")


def lacking(shape: Any, value: Any) -> str | None:
    """The first member in `value` that the service model does not have."""
    if shape.type_name == "structure" and isinstance(value, dict):
        inside = [name if name not in shape.members else lacking(shape.members[name], value[name]) for name in value]
    elif shape.type_name == "list" and isinstance(value, list):
        inside = [lacking(shape.member, element) for element in value]
    else:
        inside = []
    return next((name for name in inside if name is not None), None)


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
