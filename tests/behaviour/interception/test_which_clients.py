"""Which clients are answered: all of them, while a mock is active."""

from __future__ import annotations

import concurrent.futures
import copy
import subprocess
import sys

import botocore.session
import pytest
from botocore.config import Config
from botocore.hooks import HierarchicalEmitter
from botocore.stub import Stubber

from pytest_ddbmock import errors
from pytest_ddbmock.transports import doors

KEY = {"pk": {"S": "a"}}
ITEM = {"pk": {"S": "a"}, "name": {"S": "Ada"}}


SESSION = botocore.session.Session()


def make_client(service="dynamodb", **options):
    return SESSION.create_client(service, **{"region_name": "eu-west-1", **options})


def test_a_client_made_after_activation_is_answered(active):
    client = make_client()
    client.put_item(TableName="users", Item=ITEM)
    assert client.get_item(TableName="users", Key=KEY)["Item"] == ITEM


def test_a_client_made_before_activation_is_answered(backend):
    client = make_client()
    doors.open(backend)
    try:
        client.put_item(TableName="users", Item=ITEM)
    finally:
        doors.close(backend)
    assert backend.items == {("users", "a"): ITEM}


def test_the_streams_client_is_answered(active):
    assert make_client("dynamodbstreams").list_streams()["Streams"] == []
    assert active.requests[0].service == "dynamodbstreams"


def test_after_the_mock_calls_go_to_the_network_again(backend):
    client = make_client(aws_access_key_id="a", aws_secret_access_key="b")
    doors.open(backend)
    client.put_item(TableName="users", Item=ITEM)
    doors.close(backend)
    with pytest.raises(AssertionError, match="left the process"):
        client.get_item(TableName="users", Key=KEY)


def test_other_services_go_to_the_network(active):
    with pytest.raises(AssertionError, match="left the process"):
        make_client("kinesis", aws_access_key_id="a", aws_secret_access_key="b").list_streams()


def test_a_call_from_another_thread_is_answered(active):
    client = make_client()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: client.put_item(TableName="users", Item={"pk": {"S": str(n)}}), range(40)))
    assert len(active.items) == 40
    assert len({request.call_id for request in active.requests}) == 40


@pytest.mark.parametrize(
    "options",
    [
        {"endpoint_url": "http://localhost:8000"},
        {"config": Config(parameter_validation=False)},
        {"config": Config(signature_version=botocore.UNSIGNED)},
        {"config": Config(retries={"mode": "adaptive"})},
        {"config": Config(inject_host_prefix=False)},
        {"aws_access_key_id": "AKIA", "aws_secret_access_key": "x", "aws_session_token": "y"},
        {"use_ssl": False},
    ],
    ids=lambda options: next(iter(options)),
)
def test_however_the_client_is_configured(active, options):
    make_client(**options).put_item(TableName="users", Item=ITEM)
    assert active.items == {("users", "a"): ITEM}


def test_a_client_of_a_session_without_builtin_handlers_is_answered(active):
    session = botocore.session.Session(include_builtin_handlers=False)
    for service in ("dynamodb", "dynamodbstreams"):
        client = session.create_client(service, region_name="eu-west-1")
        active.outcomes = [errors.throughput_exceeded()]
        answer = (
            client.list_streams() if service == "dynamodbstreams" else client.put_item(TableName="users", Item=ITEM)
        )
        assert answer["ResponseMetadata"]["RetryAttempts"] == 1
    assert [request.attempt for request in active.requests] == [1, 2, 1, 2]


def test_each_call_is_answered_once_however_often_its_session_makes_clients(active):
    session = botocore.session.Session()
    for _ in range(3):
        client = session.create_client("dynamodb", region_name="eu-west-1")
    client.meta.events.register("before-call.dynamodb", lambda **_: None)
    client.put_item(TableName="users", Item=ITEM)
    handlers = client.meta.events._emitter._handlers.prefix_search("before-call.dynamodb")
    assert [handler.__name__ for handler in handlers].count("answer_call") == 1


def test_a_table_named_by_arn_is_answered_though_the_host_changes(active):
    arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/users"
    make_client().put_item(TableName=arn, Item=ITEM)
    assert active.items == {(arn, "a"): ITEM}


def test_without_parameter_validation_malformed_input_reaches_the_backend(active):
    active.answers["GetItem"] = {}
    make_client(config=Config(parameter_validation=False)).get_item(TableName="users", Key={"pk": {"S": 5}})
    assert active.requests[0].params["Key"] == {"pk": {"S": 5}}


@pytest.mark.parametrize("events", [HierarchicalEmitter, lambda: copy.copy(SESSION._events)])
def test_a_client_with_replaced_events_is_answered(active, events):
    client = make_client(aws_access_key_id="111122223333", aws_secret_access_key="x")
    client.meta.events = events()
    client.put_item(TableName="users", Item=ITEM)
    assert client.get_item(TableName="users", Key=KEY)["Item"] == ITEM
    assert [(r.operation, r.region, r.account, r.attempt) for r in active.requests] == [
        ("PutItem", "eu-west-1", "111122223333", 1),
        ("GetItem", "eu-west-1", "111122223333", 1),
    ]
    assert str(active.requests[1].origin).startswith("tests/behaviour/interception/test_which_clients.py:")


def test_a_client_with_replaced_events_is_retried_attempt_by_attempt(active):
    active.outcomes = [errors.throughput_exceeded(), errors.throughput_exceeded()]
    client = make_client()
    client.meta.events = HierarchicalEmitter()
    metadata = client.put_item(TableName="users", Item=ITEM)["ResponseMetadata"]
    assert metadata["RetryAttempts"] == 2
    assert [request.attempt for request in active.requests] == [1, 2, 3]
    assert len({request.call_id for request in active.requests}) == 1
    assert len(active.spent) == 2


def test_a_client_with_replaced_events_can_be_refused(active):
    active.outcomes = [errors.conditional_check_failed(ITEM)]
    client = make_client()
    client.meta.events = HierarchicalEmitter()
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as caught:
        client.put_item(TableName="users", Item=ITEM)
    assert caught.value.response["Item"] == ITEM


def test_a_stubber_on_a_client_wins(active):
    client = make_client()
    with Stubber(client) as stubber:
        stubber.add_response("get_item", {"Item": {"pk": {"S": "stubbed"}}}, {"TableName": "users", "Key": KEY})
        assert client.get_item(TableName="users", Key=KEY)["Item"] == {"pk": {"S": "stubbed"}}
    assert active.requests == []
    client.put_item(TableName="users", Item=ITEM)
    assert len(active.requests) == 1


def test_the_region_is_the_clients(active):
    for region in ("eu-west-1", "ap-south-1"):
        make_client(region_name=region).put_item(TableName="users", Item=ITEM)
    assert [request.region for request in active.requests] == ["eu-west-1", "ap-south-1"]


@pytest.mark.parametrize(
    "key, account", [("111122223333", "111122223333"), ("AKIAIOSFODNN7EXAMPLE", "000000000000"), (None, "000000000000")]
)
def test_an_access_key_of_twelve_digits_is_the_account(active, key, account):
    make_client(aws_access_key_id=key, aws_secret_access_key=key).put_item(TableName="users", Item=ITEM)
    assert active.requests[0].account == account


def test_credentials_that_name_their_account_tell_it(active):
    client = make_client(aws_access_key_id="a", aws_secret_access_key="b")
    client._request_signer._credentials.account_id = "444455556666"
    client.put_item(TableName="users", Item=ITEM)
    assert active.requests[0].account == "444455556666"


def test_credentials_are_not_refreshed(active):
    from botocore.credentials import DeferredRefreshableCredentials

    def refresh():
        raise AssertionError("refreshed")

    session = botocore.session.Session()
    session._credentials = DeferredRefreshableCredentials(refresh, "assume-role")
    client = session.create_client("dynamodb", region_name="eu-west-1")
    active.outcomes = [errors.internal_server_error()]
    client.put_item(TableName="users", Item=ITEM)
    assert [request.account for request in active.requests] == ["000000000000", "000000000000"]


def test_the_call_tells_its_line_in_the_application(active):
    client = make_client()
    client.put_item(TableName="users", Item=ITEM)
    assert str(active.requests[0].origin) == f"tests/behaviour/interception/test_which_clients.py:{line() - 1}"


def line():
    return sys._getframe(1).f_lineno


def test_a_presigned_url_is_signed_as_ever(backend):
    client = make_client(aws_access_key_id="AKIA", aws_secret_access_key="x")
    before = client.generate_presigned_url("get_item", Params={"TableName": "users", "Key": KEY})
    doors.open(backend)
    try:
        during = client.generate_presigned_url("get_item", Params={"TableName": "users", "Key": KEY})
    finally:
        doors.close(backend)
    parts = [sorted(part.split("=")[0] for part in url.split("?")[1].split("&")) for url in (before, during)]
    assert parts[0] == parts[1]
    assert "X-Amz-Signature" in parts[0]


def test_parameter_validation_stays_botocores(active):
    with pytest.raises(botocore.exceptions.ParamValidationError):
        make_client().get_item(TableName="users", Key={"pk": {"S": 5}})
    assert active.requests == []


def test_the_last_mock_opened_answers(active):
    other = type(active)()
    client = make_client()
    doors.open(other)
    try:
        client.put_item(TableName="users", Item=ITEM)
        with pytest.raises(errors.UsageError, match="reverse order"):
            doors.close(active)
    finally:
        doors.close(other)
    assert (len(active.requests), len(other.requests)) == (0, 1)
    with pytest.raises(errors.UsageError, match="not active"):
        doors.close(other)


def test_a_call_begun_in_a_mock_ends_in_it(active):
    """A background thread may be between two attempts when the test ends."""
    client = make_client()
    other = type(active)()
    active.outcomes = [errors.throughput_exceeded()]
    active.spend = lambda seconds: doors.open(other) or 0
    try:
        client.put_item(TableName="users", Item=ITEM)
    finally:
        doors.close(other)
    assert [len(active.requests), len(other.requests)] == [2, 0]


SCRIPTS = {
    "botocore is imported after the watch": """
from pytest_ddbmock.transports.clients import botocore_watch
botocore_watch.watch()
import sys
assert not any(name.split(".")[0] in ("botocore", "boto3") for name in sys.modules)
import botocore.session
make = lambda: botocore.session.Session().create_client("dynamodb", region_name="eu-west-1")
""",
    "botocore is imported before": """
import botocore.session
session = botocore.session.Session()
make = lambda: session.create_client("dynamodb", region_name="eu-west-1")
old = make()
unused = botocore.session.Session()
replaced = make()
replaced.meta.events = botocore.hooks.HierarchicalEmitter()
from pytest_ddbmock.transports.clients import botocore_watch
botocore_watch.watch()
""",
    "botocore is imported while a mock is active": """
from pytest_ddbmock.transports import doors
import conftest_backend
backend = conftest_backend.FakeBackend()
doors.open(backend)
import botocore.session
make = lambda: botocore.session.Session().create_client("dynamodb", region_name="eu-west-1")
""",
    "boto3 is imported before, its default session used": """
import sys
try:
    import boto3
except ImportError:
    sys.exit()
boto3.setup_default_session(region_name="eu-west-1")
session = boto3.DEFAULT_SESSION
old = boto3.client("dynamodb")
make = lambda: boto3.client("dynamodb")
""",
}
END = """
from pytest_ddbmock.transports import doors
import conftest_backend
if "backend" not in globals():
    backend = conftest_backend.FakeBackend()
    doors.open(backend)
clients = [make()] + [globals()[name] for name in ("old", "replaced") if name in globals()]
if "unused" in globals():
    clients.append(unused.create_client("dynamodb", region_name="eu-west-1"))
from pytest_ddbmock import errors
for n, client in enumerate(clients):
    client.put_item(TableName="users", Item={"pk": {"S": str(n)}})
    backend.outcomes = [errors.throughput_exceeded()]
    answer = client.get_item(TableName="users", Key={"pk": {"S": str(n)}})
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1, answer
assert len(backend.requests) == 3 * len(clients), backend.requests
assert len(backend.spent) == len(clients)
if "boto3" in globals():
    assert boto3.DEFAULT_SESSION is session
"""


@pytest.mark.parametrize("script", SCRIPTS)
def test_hooks_are_put_in_whatever_comes_first(script, tmp_path, monkeypatch):
    (tmp_path / "conftest_backend.py").symlink_to(__file__.replace("test_which_clients", "conftest"))
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{':'.join(path for path in sys.path if path)}")
    done = subprocess.run([sys.executable, "-c", SCRIPTS[script] + END], capture_output=True, text=True, check=False)
    assert done.stderr == ""
