"""The caller's account and Region from the signature of an HTTP request. Signatures are not verified.

Source: "Elements of an AWS API request signature".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qs

from pytest_ddbmock import errors

_CREDENTIAL = re.compile(r"\bCredential=([^\s,]*)")
_REGION = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_ACCOUNT = re.compile(r"[0-9]{12}")


class CredentialScope(NamedTuple):
    """The Region and the account that credentials name; None if they name none."""

    region: str | None
    account: str | None


def credential_scope(headers: Mapping[str, str], query: str = "") -> CredentialScope:
    """Return the scope of a request, which is signed in its header `authorization` or, presigned, in its query.

    The access key names the account if it is 12 digits. Errors: `MissingAuthenticationTokenException`,
    `IncompleteSignatureException`.
    """
    authorization = headers.get("authorization", "")
    if authorization:
        found = _CREDENTIAL.search(authorization)
        if found is None:
            raise errors.incomplete_signature(
                f"Authorization header requires 'Credential' parameter. Authorization={authorization}"
            )
        credential = found[1]
    else:
        [credential] = parse_qs(query).get("X-Amz-Credential", [""])[:1] if query else [""]
        if not credential:
            raise errors.missing_authentication_token()
    # <access key>/<date>/<Region>/dynamodb/aws4_request; a signature for several Regions names none here. The access
    # key may be any text, slashes included.
    access_key, *scope = credential.rsplit("/", 4)
    region = scope[1] if len(scope) == 4 else headers.get("x-amz-region-set", "")
    key = access_key.partition("/")[0]
    return CredentialScope(
        region if _REGION.fullmatch(region) else None,
        key if _ACCOUNT.fullmatch(key) else None,
    )
