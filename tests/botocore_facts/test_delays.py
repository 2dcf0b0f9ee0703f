"""Where botocore and aiobotocore wait, and the names by which `botocore_retries` tells for whom."""

from __future__ import annotations

import ast
import inspect
import textwrap

import botocore.endpoint
import botocore.retries.adaptive
import botocore.retries.bucket
import botocore.waiter
import pytest


def source(function):
    return ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function))))


def calls(function):
    """What `function` calls, as text: `time.sleep`."""
    return [ast.unparse(node.func) for node in ast.walk(source(function)) if isinstance(node, ast.Call)]


def parameters(function):
    return list(inspect.signature(inspect.unwrap(function)).parameters)


def test_delays_between_attempts_are_slept_through_the_modules_time():
    function = botocore.endpoint.Endpoint._needs_retry
    assert calls(function).count("time.sleep") == 1, "delays of retries would be slept: install_in_endpoint"
    assert "request_dict" in parameters(function), "whose attempt it was: spend_of_attempt"
    others = [
        name
        for name, function in inspect.getmembers(botocore.endpoint.Endpoint, inspect.isfunction)
        if name != "_needs_retry" and any(call.endswith(".sleep") for call in calls(function))
    ]
    assert others == []


def test_delays_of_waiters_are_slept_through_the_modules_time():
    function = botocore.waiter.Waiter.wait
    assert calls(function).count("time.sleep") == 1, "delays of waiters would be slept: install_in_waiter"
    assert parameters(function)[0] == "self"
    assert parameters(botocore.waiter.NormalizedOperationMethod.__init__) == ["self", "client_method"]
    assert parameters(botocore.waiter.Waiter.__init__) == ["self", "name", "config", "operation_method"]


def test_a_waiter_leads_to_its_client():
    import botocore.session

    client = botocore.session.Session().create_client("dynamodb", region_name="eu-west-1")
    waiter = client.get_waiter("table_exists")
    assert waiter._operation_method._client_method.__self__ is client, "whose waiter it is: spend_of_waiter"


def test_the_rate_limiter_takes_its_tokens_with_the_request_at_hand():
    function = botocore.retries.adaptive.ClientRateLimiter.on_sending_request
    assert calls(function) == ["self._token_bucket.acquire"], "adaptive mode would wait: install_in_bucket"
    assert "request" in parameters(function), "whose request it is: pending_of_request"
    assert "'before-send'" in inspect.getsource(botocore.retries.adaptive.register_retry_handler)


def test_a_token_bucket_has_the_parts_that_we_fill():
    bucket = botocore.retries.bucket.TokenBucket(max_rate=2, clock=botocore.retries.bucket.Clock())
    assert parameters(botocore.retries.bucket.TokenBucket.acquire) == ["self", "amount", "block"]
    assert callable(bucket._refill), "take_tokens"
    assert {"_current_capacity", "_fill_rate", "_new_fill_rate_condition"} <= set(vars(bucket)), "take_tokens"


# ---- aiobotocore


@pytest.fixture
def aio():
    return pytest.importorskip("aiobotocore")


@pytest.mark.parametrize(
    "module, class_name, method, variable",
    [("endpoint", "AioEndpoint", "_needs_retry", "request_dict"), ("waiter", "AIOWaiter", "wait", "self")],
)
def test_aiobotocore_waits_in_a_method_of_its_own_or_through_asyncio(aio, module, class_name, method, variable):
    module = pytest.importorskip(f"aiobotocore.{module}")
    waiting = getattr(module, class_name)
    assert variable in parameters(getattr(waiting, method)), "aiobotocore_hooks"
    sleeps = [call for call in calls(getattr(waiting, method)) if call.endswith("sleep")]
    assert sleeps == (["self._sleep"] if hasattr(waiting, "_sleep") else ["asyncio.sleep"]), "aiobotocore_hooks"
    sleepers = {name for name, one in vars(module).items() if inspect.isclass(one) and "_sleep" in vars(one)}
    assert sleepers <= {"AioEndpoint", "AnyioEndpoint", "AIOWaiter", "AnyioWaiter"}, "another class sleeps"


def test_aiobotocores_token_bucket_has_the_parts_that_we_fill(aio):
    module = pytest.importorskip("aiobotocore.retries.bucket")
    bucket = module.AsyncTokenBucket(max_rate=2, clock=module.Clock())
    assert parameters(module.AsyncTokenBucket.acquire) == ["self", "amount", "block"]
    assert callable(bucket._refill), "take_tokens"
    assert {"_current_capacity", "_fill_rate"} <= set(vars(bucket)), "take_tokens"
    limiter = pytest.importorskip("aiobotocore.retries.adaptive").AsyncClientRateLimiter
    assert calls(limiter.on_sending_request) == ["self._token_bucket.acquire"]
    assert "request" in parameters(limiter.on_sending_request)


def test_aiobotocore_awaits_the_body(aio):
    endpoint = pytest.importorskip("aiobotocore.endpoint")
    assert "await http_response.content" in inspect.getsource(endpoint.convert_to_response_dict), "AwaitableBytes"
