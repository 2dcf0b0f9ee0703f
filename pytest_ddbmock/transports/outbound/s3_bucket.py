"""Exports and imports in S3 through botocore: moto's S3, the user's own client, or a real endpoint."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

from pytest_ddbmock.archive.bucket import DEFAULT_ENCRYPTION, Bucket, BucketError, Encryption


class ClientBucket:
    """A bucket behind a botocore or boto3 client of S3."""

    def __init__(self, client: Any, name: str, owner: str | None) -> None:
        self._client = client
        self._where: dict[str, Any] = {"Bucket": name}
        if owner is not None:
            self._where["ExpectedBucketOwner"] = owner

    def put(self, key: str, body: bytes, encryption: Encryption = DEFAULT_ENCRYPTION) -> str:
        """Protocol `Bucket`."""
        wish: dict[str, Any] = {"ServerSideEncryption": "AES256"}
        if encryption.algorithm == "KMS":
            wish = {"ServerSideEncryption": "aws:kms"}
            if encryption.kms_key_id is not None:
                wish["SSEKMSKeyId"] = encryption.kms_key_id
        answer = self._ask(self._client.put_object, Key=key, Body=body, **wish)
        return str(answer["ETag"]).strip('"')

    def get(self, key: str) -> bytes:
        """Protocol `Bucket`."""
        return self._read(Key=key)

    def _read(self, **params: Any) -> bytes:
        body = self._ask(self._client.get_object, **params)["Body"]
        content: bytes = self._guarded(body.read)
        return content

    def delete(self, key: str) -> None:
        """Protocol `Bucket`."""
        self._ask(self._client.delete_object, Key=key)

    def keys(self, prefix: str = "") -> list[str]:
        """Protocol `Bucket`."""
        found: list[str] = []
        more: dict[str, Any] = {}
        while True:
            answer = self._ask(self._client.list_objects_v2, Prefix=prefix, **more)
            found += [one["Key"] for one in answer.get("Contents", ())]
            if not answer.get("IsTruncated"):
                return found
            more = {"ContinuationToken": answer["NextContinuationToken"]}

    def _ask(self, method: Callable[..., Any], **params: Any) -> Any:
        return self._guarded(functools.partial(method, **self._where, **params))

    def _guarded(self, act: Callable[[], Any]) -> Any:
        """Return what `act` returns. Errors: `BucketError` for what S3, or botocore on the way to it, refuses."""
        from botocore.exceptions import BotoCoreError, ClientError  # heavy

        try:
            return act()
        except ClientError as refusal:
            error = refusal.response.get("Error", {})
            status = refusal.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
            code = "AccessDenied" if status == 403 else str(error.get("Code", "Unknown"))
            raise BucketError(code, str(error.get("Message", refusal)), status) from None
        except BotoCoreError as failure:
            # No credentials or no connection: not an answer of S3.
            raise BucketError(type(failure).__name__, str(failure), 0) from failure


class ClientBuckets:
    """All buckets behind one client of S3, or behind one client for each Region."""

    def __init__(self, client_for: Callable[[str], Any]) -> None:
        self._client_for = client_for

    def bucket(self, name: str, region: str, owner: str | None) -> Bucket:
        """Protocol `Buckets`; a missing bucket is noticed when it is used."""
        return ClientBucket(self._client_for(region), name, owner)


def botocore_client(region: str) -> Any:
    """Return a client of S3 made by botocore's own configuration: profile, credentials, endpoint.

    The session is new, because a mock such as moto reaches only sessions made after its import.
    """
    import botocore.session  # heavy

    return botocore.session.Session().create_client("s3", region_name=region)


def moto_is_active() -> bool:
    """Return True if moto answers S3 in this process now; moto is not imported for this."""
    models = sys.modules.get("moto.core.models")
    return bool(getattr(getattr(models, "botocore_stubber", None), "enabled", False))
