"""Ready clients and resources for tests, from one session of our own: a session costs as much as 30 clients."""

from __future__ import annotations

import functools
import importlib.util
import os
import threading
from typing import Any

from pytest_ddbmock.errors import UsageError

SECRET = "ddbmock"
_lock = threading.Lock()
"""Sessions are not thread-safe while they build clients."""


def client(service: str, *, region: str, account: str | None = None, **options: Any) -> Any:
    """Return a client of `service` such as `dynamodb`: boto3's if it is installed, else botocore's.

    `options` are those of boto3's and botocore's sessions; `account` is the caller's AWS account, 12 digits.
    """
    with _lock:
        if _has_boto3():
            return _boto3_session().client(service, **_options(region, account, options))
        return _botocore_session().create_client(service, **_options(region, account, options))


def resource(service: str, *, region: str, account: str | None = None, **options: Any) -> Any:
    """Return a resource of boto3, made as `client` makes a client. Errors: `UsageError` without boto3."""
    if not _has_boto3():
        raise UsageError('resources need boto3, which is not installed: pip install "pytest-ddbmock[boto3]"')
    with _lock:
        return _boto3_session().resource(service, **_options(region, account, options))


def _options(region: str, account: str | None, options: dict[str, Any]) -> dict[str, Any]:
    # An access key of 12 digits names the account in every version of botocore.
    credentials = {"aws_access_key_id": account or SECRET, "aws_secret_access_key": SECRET}
    return {"region_name": region, **credentials, **options}


@functools.cache
def _has_boto3() -> bool:
    return importlib.util.find_spec("boto3") is not None


@functools.cache
def _boto3_session() -> Any:
    import boto3.session  # optional

    return boto3.session.Session(botocore_session=_botocore_session())


@functools.cache
def _botocore_session() -> Any:
    import botocore.session  # heavy

    # Ignore the profile and the configuration of the user who runs the tests; they may even be broken.
    return botocore.session.Session(
        {
            "profile": (None, None, None, None),
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
        }
    )
