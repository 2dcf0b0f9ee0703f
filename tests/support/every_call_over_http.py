"""A plugin that has botocore's clients really send what they are asked, to an endpoint of the test's mock.

`pytest -p tests.support.every_call_over_http tests/behaviour` runs the tests of behaviour a
second time, through the other door. Tests that have no fixture `ddbmock` are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import botocore.httpsession
import pytest

from pytest_ddbmock.transports.clients import botocore_hooks, direct_methods

ANOTHER_WAY = {
    "test_a_batch_that_is_repeated_for_ever_is_the_authors_mistake",
    "test_a_client_that_tries_again_gets_through",
    "test_a_filter_is_refused_by_name",
    "test_a_key_of_kms_is_refused_by_name",
    "test_in_a_running_loop_there_is_drain_async",
    "test_what_is_not_served_is_refused_before_anything_is_written",
}
"""Tests of what only a client in this process can get: a Python exception that is no answer of DynamoDB, retries that
are spent on the mock's clock, calls in the thread of a running event loop."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.name in ANOTHER_WAY:
            item.add_marker(pytest.mark.skip(reason="only a client in this process gets that"))


@pytest.fixture(autouse=True)
def _over_http(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if "ddbmock" not in request.fixturenames or "ddbmock_endpoint" in request.fixturenames:
        yield
        return
    mock = request.getfixturevalue("ddbmock")
    url = mock.serve().url
    send = botocore.httpsession.URLLib3Session.send

    def send_to_endpoint(self: Any, sent: Any) -> Any:
        assert sent.url.startswith(url), f"a request to {sent.url}"
        return send(self, sent)

    for door in (botocore_hooks, direct_methods):
        monkeypatch.setattr(door, "doors", SimpleNamespace(current=lambda: None))
    monkeypatch.setattr(botocore.httpsession.URLLib3Session, "send", send_to_endpoint)
    for service in ("DYNAMODB", "DYNAMODB_STREAMS"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", url)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "anything")
    yield
    assert [call for call in mock.calls if not str(call.origin).startswith("over HTTP")] == []
