"""What the installed botocore knows: older ones lack newer parameters, so what needs these is skipped."""

from __future__ import annotations

import datetime

import botocore.serialize
import botocore.session
import pytest


def needs(service: str, operation: str, path: str) -> pytest.MarkDecorator:
    """Skips where the service model lacks the parameter at a dotted path."""
    model = botocore.session.get_session().get_service_model(service)
    shape = model.operation_model(operation).input_shape
    for name in path.split("."):
        shape = None if shape is None else shape.members.get(name)
    return pytest.mark.skipif(shape is None, reason=f"this botocore does not know {path} of {operation}")


_HALF = datetime.datetime(2030, 1, 1, microsecond=500_000, tzinfo=datetime.timezone.utc)
sends_fractions = pytest.mark.skipif(
    botocore.serialize.JSONSerializer()._convert_timestamp_to_str(_HALF, "unixtimestamp") % 1 == 0,
    reason="this botocore drops the fraction of a second",
)
