"""The door through the methods of clients: when it is taken, and that nobody can tell."""

from __future__ import annotations

import datetime
import inspect
import warnings
from unittest import mock

import botocore.client
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ParamValidationError
from botocore.hooks import HierarchicalEmitter
from botocore.stub import Stubber

from pytest_ddbmock import errors
from pytest_ddbmock.errors import NotImplementedByMock
from pytest_ddbmock.transports import doors
from pytest_ddbmock.transports.clients import botocore_compat, direct_methods, handles

KEY = {"pk": {"S": "a"}}
ITEM = {"pk": {"S": "a"}, "name": {"S": "Ada"}}
SESSION = botocore.session.Session()


def make_client(service="dynamodb", **options):
    return SESSION.create_client(service, **{"region_name": "eu-west-1", **options})


@pytest.fixture
def active(active):
    active.direct = True
    return active


@pytest.fixture
def client(active):
    return make_client()


@pytest.fixture
def built(monkeypatch):
    """The operations for which botocore has built a request."""
    operations = []
    build = botocore.client.BaseClient._convert_to_request_dict

    def note(self, *args, **kwargs):
        operations.append(kwargs["operation_model"].name)
        return build(self, *args, **kwargs)

    monkeypatch.setattr(botocore.client.BaseClient, "_convert_to_request_dict", note)
    return operations


# ---- the direct way


def test_no_request_is_built(client, built, active):
    client.put_item(TableName="users", Item=ITEM)
    assert client.get_item(TableName="users", Key=KEY)["Item"] == ITEM
    make_client("dynamodbstreams").list_streams()
    assert (built, len(active.requests)) == ([], 3)
    assert str(active.requests[0].origin).startswith("tests/behaviour/interception/test_direct_methods.py:")


def test_no_request_is_built_for_resources_paginators_and_waiters(active, built):
    pytest.importorskip("boto3")
    table = handles.resource("dynamodb", region="eu-west-1").Table("users")
    with table.batch_writer() as batch:
        for n in range(5):
            batch.put_item(Item={"pk": str(n), "b": b"\x00"})
    assert table.get_item(Key={"pk": "3"})["Item"]["b"].value == b"\x00"
    assert [page["Count"] for page in table.meta.client.get_paginator("scan").paginate(TableName="users")] == [2, 2, 1]
    table.meta.client.get_waiter("table_exists").wait(TableName="users", WaiterConfig={"Delay": 3})
    assert (built, active.spent) == ([], [3])


@pytest.mark.parametrize(
    "options",
    [
        {"endpoint_url": "http://localhost:8000"},
        {"config": Config(parameter_validation=False)},
        {"config": Config(retries={"mode": "adaptive"})},
        {"config": Config(retries={"mode": "standard"})},
        {"config": Config(retries={"mode": "legacy"})},
        {"aws_access_key_id": "AKIA", "aws_secret_access_key": "x", "aws_session_token": "y"},
    ],
    ids=["endpoint_url", "no validation", "adaptive", "standard", "legacy", "credentials"],
)
def test_however_the_client_is_configured(active, built, options):
    make_client(**options).put_item(TableName="users", Item=ITEM)
    assert (active.items, built) == ({("users", "a"): ITEM}, [])


def test_a_refusal_is_raised_as_ever(client, built, active):
    active.outcomes = [errors.conditional_check_failed(ITEM)] * 2
    raised = []
    for direct in (True, False):
        active.direct = direct
        with pytest.raises(client.exceptions.ConditionalCheckFailedException) as caught:
            client.put_item(TableName="users", Item=ITEM)
        caught.value.response["ResponseMetadata"].pop("RequestId")
        headers = caught.value.response["ResponseMetadata"]["HTTPHeaders"]
        assert headers.pop("x-amzn-requestid") and headers.pop("date")
        raised.append((str(caught.value), caught.value.response, caught.value.operation_name))
    assert raised[0] == raised[1]
    assert raised[0][1]["Item"] == ITEM
    assert built == ["PutItem"]


def test_what_is_not_served_is_raised_as_ever(client, active):
    active.outcomes = [NotImplementedByMock("PutItem")]
    with pytest.raises(NotImplementedByMock):
        client.put_item(TableName="users", Item=ITEM)
    assert len(active.noticed) == 1


def test_answers_are_the_same_through_both_doors(client, active):
    active.spent.append(0)
    answers = []
    for direct in (True, False):
        active.direct = direct
        answers.append(client.describe_table(TableName="users"))
    for answer in answers:
        metadata = answer["ResponseMetadata"]
        assert len(metadata.pop("RequestId")) == len(metadata["HTTPHeaders"].pop("x-amzn-requestid")) == 52
        assert metadata["HTTPHeaders"].pop("date")
    assert answers[0] == answers[1]
    assert isinstance(answers[0]["Table"]["CreationDateTime"], datetime.datetime)


def test_methods_look_as_ever(client):
    class_attributes = SESSION.create_client("kinesis", region_name="eu-west-1").__class__.__dict__
    assert inspect.signature(client.put_item) == inspect.signature(class_attributes["put_record"].__get__(client))
    assert client.put_item.__name__ == "put_item"
    assert client.put_item.__self__ is client
    assert "Creates a new item" in str(type(client).put_item.__doc__)


def test_positional_arguments_are_refused_as_ever(client):
    with pytest.raises(TypeError, match=r"put_item\(\) only accepts keyword arguments"):
        client.put_item("users", ITEM)


def test_outside_a_mock_calls_go_to_the_network(backend):
    client = make_client(aws_access_key_id="a", aws_secret_access_key="b")
    doors.open(backend)
    client.put_item(TableName="users", Item=ITEM)
    doors.close(backend)
    with pytest.raises(AssertionError, match="left the process"):
        client.put_item(TableName="users", Item=ITEM)


# ---- handlers


def test_handlers_of_parameters_and_answers_work(client, built, active):
    client.meta.events.register(
        "provide-client-params.dynamodb.PutItem", lambda params, **_: {**params, "TableName": "prefix-users"}
    )
    client.meta.events.register(
        "before-parameter-build.dynamodb", lambda params, **_: params["Item"].update(more={"S": "x"})
    )
    client.meta.events.register(
        "after-call.dynamodb.PutItem", lambda parsed, http_response, **_: parsed.update(seen=http_response.status_code)
    )
    answer = client.put_item(TableName="users", Item=dict(ITEM))
    assert answer["seen"] == 200
    assert active.items == {("prefix-users", "a"): {**ITEM, "more": {"S": "x"}}}
    assert built == []


def test_handlers_of_answers_see_refusals(client, active):
    seen = []
    client.meta.events.register("after-call.dynamodb", lambda parsed, **_: seen.append(parsed["Error"]["Code"]))
    active.outcomes = [errors.conditional_check_failed()]
    with pytest.raises(client.exceptions.ConditionalCheckFailedException):
        client.put_item(TableName="users", Item=ITEM)
    assert seen == ["ConditionalCheckFailedException"]


@pytest.mark.parametrize("item", [ITEM, {"pk": {"S": 5}}, {"pk": ({"S": "a"})} | {"l": {"SS": ("a", "b")}}])
@pytest.mark.parametrize("outcomes", [[], [errors.throughput_exceeded(), errors.throughput_exceeded()]])
def test_handlers_of_parameters_are_called_once_whichever_way_the_call_goes(client, active, item, outcomes):
    seen = []
    for event in ("provide-client-params", "before-parameter-build"):
        client.meta.events.register(f"{event}.dynamodb", lambda event_name, **_: seen.append(event_name))
    active.outcomes = list(outcomes)
    try:
        client.put_item(TableName="users", Item=item)
    except ParamValidationError:
        assert item["pk"] == {"S": 5}
    assert seen == ["provide-client-params.dynamodb.PutItem", "before-parameter-build.dynamodb.PutItem"]


def test_handlers_are_told_the_same_through_both_doors(client, active):
    seen = []
    for event in ("provide-client-params", "before-parameter-build", "after-call"):
        client.meta.events.register(f"{event}.dynamodb", lambda **given: seen.append(given))
    for direct in (True, False):
        active.direct = direct
        client.put_item(TableName="users", Item=ITEM)
    direct, ordinary = seen[:3], seen[3:]
    for one, other in zip(direct, ordinary, strict=True):
        assert set(one) == set(other)
        assert one["model"] is other["model"]
    assert direct[0]["context"] is direct[2]["context"]
    # What comes of the URL of the request is not there.
    left_out = {"endpoint_properties", "signing"}
    assert {name: value for name, value in ordinary[2]["context"].items() if name not in left_out} == direct[2][
        "context"
    ]


def test_handlers_may_come_and_go_between_calls(client, built, active):
    def handler(**_):
        return None

    client.put_item(TableName="users", Item=ITEM)
    client.meta.events.register("before-call.dynamodb.PutItem", handler)
    client.put_item(TableName="users", Item=ITEM)
    assert built == ["PutItem"]
    client.meta.events.unregister("before-call.dynamodb.PutItem", handler)
    client.put_item(TableName="users", Item=ITEM)
    assert built == ["PutItem"]


def test_a_token_is_filled_in(client, active):
    active.answers["TransactWriteItems"] = {}
    client.transact_write_items(TransactItems=[{"Put": {"TableName": "users", "Item": ITEM}}])
    client.transact_write_items(
        TransactItems=[{"Put": {"TableName": "users", "Item": ITEM}}], ClientRequestToken="mine"
    )
    tokens = [request.params["ClientRequestToken"] for request in active.requests]
    assert (len(tokens[0]), tokens[1]) == (36, "mine")


# ---- back to the ordinary door


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    "value",
    [
        {"SS": ("a", "b")},
        {"S": Text("a")},
        {"B": bytearray(b"\x00")},
        {"B": "text"},
        {"L": [{"M": {Text("x"): {"S": "a"}}}]},
        type("Dict", (dict,), {})({"S": "a"}),
    ],
    ids=str,
)
def test_a_value_that_botocore_would_convert_is_left_to_it(client, built, active, value):
    client.put_item(TableName="users", Item={**ITEM, "value": value})
    assert built == ["PutItem"]
    stored = active.items["users", "a"]["value"]
    assert all(type(part) in (str, list, dict) for part in stored.values())


@pytest.mark.parametrize(
    "item",
    [
        {"pk": {"S": 5}},
        {"pk": {"X": "a"}},
        {"pk": {"S": None}},
        {"pk": {"B": 5}},
        {"pk": {"SS": "ab"}},
        {"pk": {"L": [{"S": 1}]}},
        {"pk": {"BOOL": 1}},
        {"pk": "a"},
        {5: {"S": "a"}},
        [],
        None,
    ],
    ids=str,
)
def test_what_botocore_refuses_is_refused_by_it(client, active, item):
    messages = []
    for direct in (True, False):
        active.direct = direct
        with pytest.raises(ParamValidationError) as caught:
            client.put_item(TableName="users", Item=item)
        messages.append(str(caught.value))
    assert messages[0] == messages[1]
    assert active.requests == []


@pytest.mark.parametrize(
    "params",
    [
        {"TableName": "users"},
        {"TableName": "users", "Key": KEY, "Nonsense": 1},
        {"TableName": "users", "Key": KEY, "ConsistentRead": 1},
        {"TableName": "", "Key": KEY},
        {"TableName": "users", "Key": KEY, "AttributesToGet": []},
        {"TableName": "users", "Key": KEY, "ProjectionExpression": None},
    ],
    ids=str,
)
def test_parameters_that_botocore_refuses_are_refused_by_it(client, active, params):
    with pytest.raises(ParamValidationError):
        client.get_item(**params)
    assert active.requests == []


def test_a_text_that_is_none_goes_the_way_of_json(client, built):
    with pytest.raises(client.exceptions.ClientError, match="SerializationException"):
        client.put_item(TableName="users", Item={"pk": {"S": "\ud800"}})
    assert built == ["PutItem"]


def test_a_moment_is_converted_by_botocore(client, built, active):
    active.answers["ListBackups"] = {}
    client.list_backups(TimeRangeLowerBound=datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc))
    assert active.requests[0].params["TimeRangeLowerBound"] == 1767225600
    assert built == ["ListBackups"]


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_a_call_is_tried_again_by_botocore(active, built, mode):
    active.outcomes = [errors.throughput_exceeded(), errors.internal_server_error()]
    client = make_client(config=Config(retries={"mode": mode}))
    metadata = client.put_item(TableName="users", Item=ITEM)["ResponseMetadata"]
    assert metadata["RetryAttempts"] == 2
    assert [request.attempt for request in active.requests] == [1, 2, 3]
    assert len({request.call_id for request in active.requests}) == 1
    assert built == ["PutItem"]


def test_a_stubber_wins(client, built, active):
    with Stubber(client) as stubber:
        stubber.add_response("get_item", {"Item": {"pk": {"S": "stubbed"}}}, {"TableName": "users", "Key": KEY})
        assert client.get_item(TableName="users", Key=KEY)["Item"] == {"pk": {"S": "stubbed"}}
    assert (built, active.requests) == (["GetItem"], [])
    client.get_item(TableName="users", Key=KEY)
    assert built == ["GetItem"]


@pytest.mark.parametrize(
    "event", ["before-endpoint-resolution", "before-call.dynamodb.PutItem", "before-call.*.PutItem"]
)
def test_handlers_of_the_request_are_called(client, active, event):
    seen = []
    client.meta.events.register(event, lambda event_name, **_: seen.append(event_name))
    client.put_item(TableName="users", Item=ITEM)
    assert len(seen) == 1
    assert len(active.requests) == 1


@pytest.mark.parametrize("events", [HierarchicalEmitter, object])
def test_replaced_events_are_respected(client, built, active, events):
    client.meta.events = events()
    if events is object:
        with pytest.raises(AttributeError):
            client.put_item(TableName="users", Item=ITEM)
    else:
        client.put_item(TableName="users", Item=ITEM)
        assert (built, len(active.requests)) == (["PutItem"], 1)


def canned(self, operation_name, api_params):
    return {"canned": operation_name}


class Tracer:
    """What tracing libraries put in place of a method."""

    def __init__(self, wrapped):
        self.wrapped = wrapped

    def __get__(self, instance, owner=None):
        return self if instance is None else lambda *args: {"canned": args[0]}

    def __getattr__(self, name):
        return getattr(self.wrapped, name)


@pytest.mark.parametrize("patch", [canned, Tracer(botocore.client.BaseClient._make_api_call)])
def test_a_patched_make_api_call_is_called(client, active, patch):
    client.put_item(TableName="users", Item=ITEM)
    with mock.patch.object(botocore.client.BaseClient, "_make_api_call", patch):
        assert client.get_item(TableName="users", Key=KEY) == {"canned": "GetItem"}
        assert make_client().get_item(TableName="users", Key=KEY) == {"canned": "GetItem"}
    with mock.patch.object(client, "_make_api_call", lambda *_: {"canned": "here"}):
        assert client.get_item(TableName="users", Key=KEY) == {"canned": "here"}
    assert len(active.requests) == 1


def test_a_client_made_under_a_patch_is_answered_after_it(monkeypatch, built, active):
    monkeypatch.setattr(direct_methods, "_bases", {})
    with mock.patch.object(botocore.client.BaseClient, "_make_api_call", canned):
        client = make_client()
    client.put_item(TableName="users", Item=ITEM)
    assert (built, len(active.requests)) == (["PutItem"], 1)
    make_client().put_item(TableName="users", Item=ITEM)
    assert built == ["PutItem"]


def test_a_method_that_somebody_has_put_in_first_is_left_alone(active):
    session = botocore.session.Session()
    session.get_component("event_emitter").register_first(
        "creating-client-class.dynamodb",
        lambda class_attributes, **_: class_attributes.update(put_item=lambda self, **params: {"theirs": params}),
    )
    client = session.create_client("dynamodb", region_name="eu-west-1")
    assert client.put_item(TableName="users") == {"theirs": {"TableName": "users"}}


def test_a_method_may_be_replaced_on_a_client(client, active):
    with mock.patch.object(client, "put_item", autospec=True) as put_item:
        client.put_item(TableName="users", Item=ITEM)
    put_item.assert_called_once_with(TableName="users", Item=ITEM)
    assert active.requests == []


@pytest.mark.parametrize("settings", [{"use_fips_endpoint": True}, {"use_dualstack_endpoint": True}], ids=str)
def test_unusual_endpoints_are_left_to_botocore(active, built, settings):
    make_client(config=Config(**settings)).put_item(TableName="users", Item=ITEM)
    assert (built, len(active.requests)) == (["PutItem"], 1)


def test_the_option_switches_it_off(client, built, active):
    active.direct = False
    client.put_item(TableName="users", Item=ITEM)
    assert built == ["PutItem"]


# ---- another botocore


@pytest.fixture
def unknown_botocore(monkeypatch):
    monkeypatch.setattr(direct_methods, "_bases", {})
    names = botocore_compat.MADE_FOR["_make_api_call"] - {"from_code"}
    monkeypatch.setitem(botocore_compat.MADE_FOR, "_make_api_call", names)


def test_an_unknown_botocore_is_told_once_and_answered_by_the_ordinary_door(unknown_botocore, built, active):
    with pytest.warns(direct_methods.DirectMethodsWarning, match="_make_api_call uses from_code") as told:
        clients = [make_client(), make_client()]
    assert len(told) == 1
    for client in clients:
        client.put_item(TableName="users", Item=ITEM)
    assert built == ["PutItem", "PutItem"]


def test_an_unknown_botocore_fails_nobody(unknown_botocore, active):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make_client().put_item(TableName="users", Item=ITEM)
    assert len(active.requests) == 1


def test_an_unknown_botocore_is_not_told_to_those_who_do_without(unknown_botocore, active):
    active.direct = False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make_client().put_item(TableName="users", Item=ITEM)


@pytest.mark.parametrize("lacking", ["_lookup_cache", "_handlers"])
def test_emitters_of_another_kind_are_a_surprise(monkeypatch, lacking):
    class Emitter(HierarchicalEmitter):
        def __init__(self):
            super().__init__()
            delattr(self, lacking)

        def register(self, *_):
            getattr(self, lacking)

    monkeypatch.setattr(botocore.hooks, "HierarchicalEmitter", Emitter)
    assert [lacking in text for text in botocore_compat.incompatibilities(botocore.client.BaseClient)] == [True]
