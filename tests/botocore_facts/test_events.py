"""What the doors rely on in botocore's events. A failure here says which of our features a new botocore breaks."""

from __future__ import annotations

import gc
import json
from unittest import mock

import botocore
import botocore.client
import botocore.handlers
import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient
from botocore.hooks import HierarchicalEmitter

from pytest_ddbmock.transports.clients.http_response import RawBody

KEY = {"pk": {"S": "a"}}


@pytest.fixture
def client():
    session = botocore.session.Session()
    return session.create_client("dynamodb", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")


def answer_all(client, statuses=(200,)):
    """Have the client's requests answered in the process, with these statuses one after another."""
    left = list(statuses)

    def answer(request, **_):
        return AWSResponse(request.url, left.pop(0), {}, RawBody(b"{}"))

    client.meta.events.register("before-send", answer)


def test_sessions_register_the_builtin_handlers():
    seen = []

    def handler(**kwargs):
        seen.append(kwargs)

    botocore.handlers.BUILTIN_HANDLERS.append(("before-call.dynamodb", handler))
    try:
        session = botocore.session.Session()
    finally:
        botocore.handlers.BUILTIN_HANDLERS.pop()
    client = session.create_client("dynamodb", region_name="eu-west-1")
    client.meta.events.register("before-call", lambda **_: (AWSResponse("", 200, {}, None), {}))
    client.get_item(TableName="users", Key=KEY)
    assert seen, "hooks no longer get into sessions through BUILTIN_HANDLERS: install_in_handlers"


def test_a_client_has_its_emitter_in_two_places(client):
    assert client._endpoint._event_emitter is client.meta.events, "clients with replaced events: _existing_emitters"


def test_clients_are_found_through_their_classes(client):
    classes = BaseClient.__subclasses__()
    assert type(client) in classes
    assert any(one is client for one in gc.get_referrers(*classes)), "sweep: _existing_emitters"
    assert type(client)._PY_TO_OP_NAME, "sweep: _existing_emitters"
    assert not BaseClient._PY_TO_OP_NAME, "sweep: _existing_emitters"


def test_a_client_has_the_handlers_that_its_creators_emitter_had(client):
    session = botocore.session.Session(include_builtin_handlers=False)
    seen = []
    made = botocore.client.ClientCreator.__init__

    def note(self, *args, **options):
        made(self, *args, **options)
        seen.append(self._event_emitter)
        self._event_emitter.register("before-call.dynamodb", note)

    with mock.patch.object(botocore.client.ClientCreator, "__init__", note):
        client = session.create_client("dynamodb", region_name="eu-west-1")
    assert len(seen) == 1, "old sessions: install_in_client"
    found = client.meta.events._emitter._handlers.prefix_search("before-call.dynamodb")
    assert note in found, "old sessions: _register"


def test_before_call_has_what_the_ordinary_door_reads_and_takes_its_answer(client):
    seen = {}

    def answer(**kwargs):
        seen.update(kwargs)
        return AWSResponse("", 200, {}, None), {"Item": KEY}

    client.meta.events.register("before-call.dynamodb", answer)
    assert client.get_item(TableName="users", Key=KEY) == {"Item": KEY}, "the answer of before-call is not the call's"
    assert seen["model"].name == "GetItem"
    assert seen["model"].service_model.service_name == "dynamodb"
    assert json.loads(seen["params"]["body"]) == {"TableName": "users", "Key": KEY}, "json10.decode of params['body']"
    assert seen["context"]["client_region"] == "eu-west-1"
    assert seen["request_signer"]._credentials.access_key == "a"


@pytest.mark.parametrize("service", ["dynamodb", "dynamodbstreams"])
def test_both_services_speak_json(service):
    model = botocore.session.Session().get_service_model(service)
    assert getattr(model, "resolved_protocol", model.protocol) == "json", "bodies are another protocol's: json10"
    assert model.service_id.hyphenize() == {"dynamodb": "dynamodb", "dynamodbstreams": "dynamodb-streams"}[service]
    assert model.metadata["targetPrefix"] in ("DynamoDB_20120810", "DynamoDBStreams_20120810")


def test_handlers_run_from_the_most_specific_name_and_the_first_answer_counts(client):
    order = []

    def note(name, status):
        def handler(request, **_):
            order.append(name)
            return AWSResponse(request.url, status, {}, RawBody(b"{}"))

        return handler

    client.meta.events.register("before-send", note("general", 400))
    client.meta.events.register("before-send.dynamodb", note("ours", 200))
    assert client.get_item(TableName="users", Key=KEY)["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert order == ["ours", "general"], "moto and the rate limiter, at before-send, would come before our door"


def test_the_context_is_one_dict_and_a_header_set_before_signing_reaches_every_attempt(client):
    contexts, names = [], []

    def before_call(context, **_):
        contexts.append(context)

    def before_sign(request, request_signer, **_):
        contexts.append(request.context)
        request.headers["X-Name"] = str(len(names))

    def before_send(request, **_):
        names.append(request.headers.get("X-Name"))

    client.meta.events.register("before-call.dynamodb", before_call)
    client.meta.events.register("before-sign.dynamodb", before_sign)
    client.meta.events.register("before-send.dynamodb", before_send)
    client.meta.events.register("choose-signer.dynamodb", lambda **_: botocore.UNSIGNED)
    answer_all(client, [500, 200])
    metadata = client.get_item(TableName="users", Key=KEY)["ResponseMetadata"]
    assert len(contexts) == 3, "before-sign is not emitted, or not for unsigned requests: name_attempt"
    assert all(one is contexts[0] for one in contexts), "PendingCall is kept by the call's context"
    assert [name if isinstance(name, str) else name.decode() for name in names] == ["0", "1"]
    assert metadata["RetryAttempts"] == 1


def test_events_of_the_endpoint_go_on_when_those_of_the_client_are_replaced(client):
    seen = []
    for event in ("before-sign", "choose-signer", "before-send", "before-endpoint-resolution"):
        client.meta.events.register(f"{event}.dynamodb", lambda event_name, **_: seen.append(event_name.split(".")[0]))
    answer_all(client)
    client.meta.events = HierarchicalEmitter()
    client.get_item(TableName="users", Key=KEY)
    assert seen == ["before-endpoint-resolution", "choose-signer", "before-sign", "before-send"], "the net under all"


def test_presigning_says_so_in_the_context(client):
    seen = []
    for event in ("before-sign", "choose-signer"):
        client.meta.events.register(
            f"{event}.dynamodb",
            lambda context=None, request=None, **_: seen.append((context or request.context).get("is_presign_request")),
        )
    client.generate_presigned_url("get_item", Params={"TableName": "users", "Key": KEY})
    assert seen == [True, True], "presigned URLs would lose their signature: leave_unsigned"


def test_an_exception_at_before_send_is_not_wrapped_or_retried(client):
    seen = []

    def fail(**_):
        seen.append(1)
        raise NotImplementedError("ours")

    client.meta.events.register("before-send.dynamodb", fail)
    with pytest.raises(NotImplementedError, match="ours"):
        client.get_item(TableName="users", Key=KEY)
    assert seen == [1], "NotImplementedByMock must reach the application as itself, at once"


def test_the_account_in_the_hosts_name_is_a_builtin_that_a_handler_may_set(client):
    if "AWS::Auth::AccountId" not in client._ruleset_resolver._builtins:
        pytest.skip("this botocore does not ask for the account")
    seen = []

    def set_account(builtins, context, **_):
        seen.append(callable(builtins["AWS::Auth::AccountId"]))
        builtins["AWS::Auth::AccountId"] = "111122223333"

    client.meta.events.register("before-endpoint-resolution.dynamodb", set_account)
    urls = []
    client.meta.events.register("before-send.dynamodb", lambda request, **_: urls.append(request.url))
    answer_all(client)
    client.get_item(TableName="users", Key=KEY)
    assert seen == [True], "credentials would be refreshed to find the account: name_account"
    assert urls == ["https://111122223333.ddb.eu-west-1.amazonaws.com/"]


def test_plain_credentials_hold_their_parts_and_refreshable_ones_do_not():
    from botocore.credentials import Credentials, RefreshableCredentials

    assert vars(Credentials("a", "b"))["access_key"] == "a", "accounts by access key: _account"
    refreshable = RefreshableCredentials("a", "b", "c", None, lambda: None, "x")
    assert not {"access_key", "account_id"} & set(vars(refreshable)), "reading one would refresh: _account"


def test_only_attribute_values_hold_blobs_and_refer_to_themselves():
    def walk(shape, above=()):
        assert shape.name not in above, f"{shape.name} refers to itself: service_model"
        if shape.name == "AttributeValue":
            return
        assert shape.type_name != "blob", f"{shape.name} is a blob: answers hold bytes for it, requests base64"
        assert not any("name" in one.serialization for one in getattr(shape, "members", {}).values())
        parts = {
            "structure": lambda: list(shape.members.values()),
            "list": lambda: [shape.member],
            "map": lambda: [shape.key, shape.value],
        }.get(shape.type_name, list)()
        for part in parts:
            walk(part, (*above, shape.name))

    for service in ("dynamodb", "dynamodbstreams"):
        model = botocore.session.Session().get_service_model(service)
        for name in model.operation_names:
            for shape in (model.operation_model(name).input_shape, model.operation_model(name).output_shape):
                if shape is not None:
                    walk(shape)


def test_whatever_botocore_retries_is_left_to_it():
    """Else a call that botocore would try again is refused at once."""
    from botocore.retries.standard import ThrottledRetryableChecker, TransientRetryableChecker

    from pytest_ddbmock.errors import DynamoDBError
    from pytest_ddbmock.transports.clients.botocore_hooks import is_left_to_botocore

    modelled = {
        shape.metadata.get("error", {}).get("code", shape.name)
        for service in ("dynamodb", "dynamodbstreams")
        for shape in botocore.session.Session().get_service_model(service).error_shapes
    }
    ours = {*modelled, "ThrottlingException", "RequestLimitExceeded", "ServiceUnavailable"}
    retried = {
        *ThrottledRetryableChecker._THROTTLED_ERROR_CODES,
        *TransientRetryableChecker._TRANSIENT_ERROR_CODES,
        *(
            shape.name
            for shape in botocore.session.Session().get_service_model("dynamodb").error_shapes
            if shape.metadata.get("retryable")
        ),
        *legacy_codes(),
    }
    for code in retried & ours:
        assert is_left_to_botocore(DynamoDBError(code, "x")), f"{code}: RETRIED_BESIDES"
    for status in TransientRetryableChecker._TRANSIENT_STATUS_CODES:
        assert is_left_to_botocore(DynamoDBError("Any", "x", status=status))


def legacy_codes():
    config = botocore.session.Session().get_data("_retry")
    names = {*config["retry"]["__default__"]["policies"], *config["retry"]["dynamodb"]["__default__"]["policies"]}
    policies = {
        **config["definitions"],
        **config["retry"]["dynamodb"]["__default__"]["policies"],
    }
    rules = [policies[name]["applies_when"].get("response", {}) for name in names]
    return {rule["service_error_code"] for rule in rules if "service_error_code" in rule}
