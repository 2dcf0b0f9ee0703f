"""Who is measured: each peer opens a DynamoDB and gives clients to it. One process holds one peer."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from typing import Any, NamedTuple, TypeAlias

import boto3
from botocore.config import Config
from botocore.exceptions import ParamValidationError
from botocore.validate import ParamValidator

import servers

REGION = "eu-central-1"
Client: TypeAlias = Any
Canned: TypeAlias = dict[str, Any]


class Opened(NamedTuple):
    """An open peer: its clients, and how to tell it the answer to give (a peer that has its own answers ignores it)."""

    dynamodb: Client
    dynamodbstreams: Client
    can: Callable[[Canned], None]
    has_answers: bool


class CannedResponse:
    """As much of an HTTP response as botocore looks at."""

    status_code = 200


@contextmanager
def floor() -> Iterator[Opened]:
    """What botocore itself costs: a ready answer at `before-call`, the first event where there may be one."""
    ready: list[Canned] = [{}]
    clients = _clients(boto3.session.Session(**_CREDENTIALS))
    for client in clients:
        client.meta.events.register_first("before-call", lambda **_: (CannedResponse, ready[0]))
    yield Opened(*clients, lambda canned: ready.__setitem__(0, canned), has_answers=False)


@contextmanager
def method() -> Iterator[Opened]:
    """What the earliest place costs: a ready answer in the methods of the client's class.

    Parameters are validated and handlers of the user are told all the same, as nobody could do without.
    """
    ready: list[Canned] = [{}]
    session = boto3.session.Session(**_CREDENTIALS)

    def put_over(class_attributes: dict[str, Any], **_: object) -> None:
        for name, operation in class_attributes["_PY_TO_OP_NAME"].items():
            class_attributes[name] = _canned_method(operation, ready)

    session.events.register("creating-client-class", put_over)
    yield Opened(*_clients(session), lambda canned: ready.__setitem__(0, canned), has_answers=False)


def _canned_method(operation: str, ready: list[Canned]) -> Callable[..., Canned]:
    validator = ParamValidator()

    def call(self: Any, **params: Any) -> Canned:
        service = self.meta.service_model
        model = service.operation_model(operation)
        context: dict[str, Any] = {}
        params = self._emit_api_params(api_params=params, operation_model=model, context=context)
        report = validator.validate(params, model.input_shape)
        if report.has_errors():
            raise ParamValidationError(report=report.generate_report())
        event = f"after-call.{service.service_id.hyphenize()}.{operation}"
        self.meta.events.emit(event, http_response=CannedResponse, parsed=ready[0], model=model, context=context)
        return ready[0]

    return call


@contextmanager
def ours() -> Iterator[Opened]:
    """pytest-ddbmock, with clients made as applications make them."""
    from pytest_ddbmock import mock_dynamodb

    with mock_dynamodb(region=REGION):
        yield Opened(*_clients(boto3), lambda _: None, has_answers=True)


@contextmanager
def moto() -> Iterator[Opened]:
    """moto's `mock_aws`."""
    from moto import mock_aws

    with mock_aws():
        yield Opened(*_clients(boto3.session.Session(**_CREDENTIALS)), lambda _: None, has_answers=True)


@contextmanager
def dynalite() -> Iterator[Opened]:
    """dynalite, over HTTP."""
    with servers.dynalite() as port:
        yield _over_http(port)


@contextmanager
def dynoxide() -> Iterator[Opened]:
    """dynoxide, over HTTP."""
    with servers.dynoxide() as port:
        yield _over_http(port)


def _over_http(port: int) -> Opened:
    session = boto3.session.Session(**_CREDENTIALS)
    url = f"http://127.0.0.1:{port}"
    client = session.client("dynamodb", region_name=REGION, endpoint_url=url)
    # botocore's validation takes dynoxide's names of shards for too short.
    lax = Config(parameter_validation=False)
    streams = session.client("dynamodbstreams", region_name=REGION, endpoint_url=url, config=lax)
    return Opened(client, streams, lambda _: None, has_answers=True)


def _clients(session: Any) -> tuple[Client, Client]:
    return session.client("dynamodb", region_name=REGION), session.client("dynamodbstreams", region_name=REGION)


_CREDENTIALS = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}

PEERS: dict[str, Callable[[], AbstractContextManager[Opened]]] = {
    "floor": floor,
    "method": method,
    "ours": ours,
    "moto": moto,
    "dynalite": dynalite,
    "dynoxide": dynoxide,
}
"""In the order in which they take turns."""


def missing(peer: str) -> str | None:
    """Why a peer cannot be measured here, if it cannot."""
    if peer in servers.PROGRAMS:
        return servers.missing(peer)
    if peer == "moto" and find_spec("moto") is None:
        return "moto is not installed"
    return None
