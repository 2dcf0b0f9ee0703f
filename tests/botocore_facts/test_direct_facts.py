"""The functions of botocore that the direct door stands in for, to the letter.

A failure says: read what has changed, see that `direct_methods`, `direct_route` and `direct_params` still do the same,
then add the new digest here (and new names to `botocore_compat`, which users' installations go by).
"""

from __future__ import annotations

import hashlib
import importlib
import inspect

import botocore.client
import botocore.session
import pytest

from pytest_ddbmock.transports.clients import botocore_compat, direct_methods
from pytest_ddbmock.transports.clients.direct_route import Route

READ = {
    "botocore.client:ClientCreator._create_api_method": {
        "6de42beee2561c04",  # 1.34.0
        "0166ebb0f0e7547f",  # 1.34.162, 1.43.117, 1.44.5
    },
    "botocore.client:ClientCreator._create_client_class": {
        "34ae9bacff2ddbf3",  # 1.34.0
        "3d1b7c1cafde1df6",  # 1.34.162, 1.43.117, 1.44.5
    },
    "botocore.client:BaseClient._make_api_call": {
        "b4e3d9b52f396b3d",  # 1.34.0
        "230b9f2d5663cf40",  # 1.34.162
        "75ba491f61ffbd4e",  # 1.43.117, 1.44.5
    },
    "botocore.client:BaseClient._emit_api_params": {"a6e9374a2db6a81f"},
    "botocore.client:BaseClient._convert_to_request_dict": {"9c9089a6ab3b59d6"},
    "botocore.validate:ParamValidator": {
        "fcd67cdcc52d8b76",  # 1.34.0
        "2a348a5a1bebb3cd",  # 1.34.162
        "4be6ccf291f3f363",  # 1.43.117, 1.44.5
    },
    "botocore.validate:ParamValidationDecorator": {"895ea12ac6694505"},
    "botocore.validate:range_check": {"75ef16d1f347c6f4"},
    "botocore.serialize:JSONSerializer": {
        "b3ec0dfdf592cf48",  # 1.34.0
        "6ad905ff72d140c0",  # 1.34.162
        "c9238b2b62e2e54b",  # 1.43.117, 1.44.5
    },
    "botocore.serialize:Serializer._get_base64": {"88c56d97785d2e48"},
    "botocore.hooks:HierarchicalEmitter": {
        "a591dfeb1202c54a",  # 1.34.0
        "cea1208c582b9ad5",  # 1.34.162, 1.43.117, 1.44.5
    },
    "botocore.hooks:EventAliaser.emit": {"a909342ff05670b6"},
    "botocore.handlers:generate_idempotent_uuid": {
        "6fbc45f0403d037f",  # 1.34.0
        "5032ea1aed7c7a9a",  # 1.34.162
        "8a2ce69c34c1235b",  # 1.43.117, 1.44.5
    },
    "botocore.handlers:add_recursion_detection_header": {"3f859b1770acde71"},
    "botocore.handlers:inject_api_version_header_if_needed": {"8e266b45b88ff1a4"},
    "botocore.discovery:block_endpoint_discovery_required_operations": {"992148ac6364b752"},
    "botocore.handlers:_handle_request_validation_mode_member": {"b2e0d81db5244fa7"},
    "aiobotocore.client:AioClientCreator._create_client_class": {"de098b5896a384a5"},
    "aiobotocore.client:AioBaseClient._make_api_call": {"2be96199935a4b8c"},
    "aiobotocore.client:AioBaseClient._emit_api_params": {"ac1b9da64d7b9c81"},
    "aiobotocore.hooks:AioHierarchicalEmitter": {"b29d01136a8c9787"},
}
"""By function: digests of its source in botocore 1.34.0, 1.34.162, 1.43.117, 1.44.5 and aiobotocore 3.10.0."""

LATER = {"botocore.handlers:_handle_request_validation_mode_member"}


def digest(function):
    return hashlib.sha256(inspect.getsource(inspect.unwrap(function)).encode()).hexdigest()[:16]


def find(path):
    module, _, names = path.partition(":")
    found = pytest.importorskip(module) if module.startswith("aiobotocore") else importlib.import_module(module)
    for name in names.split("."):
        found = getattr(found, name, None)
    return found


@pytest.mark.parametrize("path", READ)
def test_a_function_is_as_we_have_read_it(path):
    function = find(path)
    if function is None and path in LATER:
        pytest.skip("not in this botocore")
    assert digest(function) in READ[path]


def test_nothing_surprises():
    assert botocore_compat.incompatibilities(botocore.client.BaseClient) == []


def test_nothing_surprises_in_aiobotocore():
    client = pytest.importorskip("aiobotocore.client")
    assert botocore_compat.incompatibilities(client.AioBaseClient) == []


@pytest.mark.parametrize("service", ["dynamodb", "dynamodbstreams"])
def test_all_methods_of_a_plain_client_are_direct(service):
    client = botocore.session.Session().create_client(service, region_name="eu-west-1")
    for name, operation in client.meta.method_to_api_mapping.items():
        method = inspect.getattr_static(client, name)
        assert method.__code__.co_filename == direct_methods.__file__, f"{name} is botocore's own: offer"
        route = Route(client, operation)
        assert route.is_open, f"{name} goes by the ordinary door: HARMLESS, _is_ordinary"
        tokens = bool(route.model.idempotent_members)
        assert route.has_builders == tokens, f"{name}: a new handler of botocore's at before-parameter-build: _is_idle"
