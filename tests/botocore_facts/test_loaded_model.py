"""The model that we read from disk ourselves is the one that clients have."""

from __future__ import annotations

import botocore.loaders
import botocore.session
import pytest

from pytest_ddbmock.transports import service_model


@pytest.mark.parametrize("service", ["dynamodb", "dynamodbstreams"])
def test_the_model_is_the_one_of_clients(service, monkeypatch):
    monkeypatch.setattr(service_model, "_models", {})
    ours = service_model.model(service)

    theirs = botocore.session.get_session().get_service_model(service)
    assert ours.metadata == theirs.metadata
    assert sorted(ours.operation_names) == sorted(theirs.operation_names)
    # With the extras that `load_service_model` adds to the models of some services.
    whole = botocore.loaders.create_loader().load_service_model(service, "service-2")
    assert ours._service_description == whole
