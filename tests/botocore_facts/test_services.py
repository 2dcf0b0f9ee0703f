"""The rows of `transports.services` are what botocore's models say."""

from __future__ import annotations

import botocore.session
import pytest

from pytest_ddbmock.transports import json10
from pytest_ddbmock.transports.services import JSON_1_0, SERVICES


@pytest.mark.parametrize("service", SERVICES.values(), ids=lambda service: service.name)
def test_a_row_is_what_the_service_model_says(service):
    model = botocore.session.Session().get_service_model(service.name)
    assert model.service_id.hyphenize() == service.event_id, "its events would not reach us"
    assert model.metadata["targetPrefix"] == service.target
    assert f"{model.metadata['protocol']} {model.metadata['jsonVersion']}" == service.protocol
    assert model.endpoint_prefix == service.host


def test_the_one_protocol_that_is_spoken_is_that_of_all_rows():
    assert {service.protocol for service in SERVICES.values()} == {JSON_1_0}
    assert json10.CONTENT_TYPE == "application/x-amz-json-1.0"
    assert set(json10.TARGETS.values()) == set(SERVICES)
