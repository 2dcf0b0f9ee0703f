"""What `direct_methods` relies on in botocore's clients; checked when the first client is made.

`tests/botocore_facts/` pins the same functions exactly; this module allows what may vary without harm.
"""

from __future__ import annotations

import inspect
import sys
from typing import Any

MADE_FOR = {
    "_make_api_call": frozenset(
        """
        _convert_to_request_dict _emit_api_params _make_request _request_signer _resolve_endpoint_ruleset _service_model
        apply_request_checksum auth auth_scheme_preference auth_type config debug deprecated emit emit_until_response
        events exceptions format from_code get has_streaming_input history_recorder hyphenize logger
        maybe_compress_request meta metadata operation_model record region_name resolve_auth_scheme_preference
        resolve_checksum_context resolved_auth_type service_id service_name split status_code unsigned_payload
        """.split()  # noqa: SIM905  # a list would take forty lines
    ),
    "_emit_api_params": frozenset(
        [
            "_service_model",
            "emit",
            "events",
            "first_non_none_response",
            "format",
            "hyphenize",
            "meta",
            "name",
            "service_id",
        ]
    ),
}
"""The names that methods of botocore's clients use, in all versions that we have read. Any other name is new."""

NEEDED = {
    "_make_api_call": frozenset(["_emit_api_params", "_request_signer", "emit", "emit_until_response", "from_code"]),
    "_emit_api_params": frozenset({"emit"}),
}
"""The names that we rely on."""

VALIDATED = {"required", "min", "document", "union"}
"""The traits that botocore's validation checks; `direct_params` knows them."""


def incompatibilities(base: type) -> list[str]:
    """Return what the installed botocore has that direct methods do not know; `base` is the base class of clients."""
    found = []
    for name, known in MADE_FOR.items():
        names = set(inspect.unwrap(getattr(base, name)).__code__.co_names)
        found += [f"{name} uses {one}" for one in sorted(names - known)]
        found += [f"{name} lacks {one}" for one in sorted(NEEDED[name] - names)]
    validator = sys.modules["botocore.validate"].ParamValidator
    if not getattr(validator, "VALIDATED_METADATA_ATTRS", VALIDATED) <= VALIDATED:
        found.append("new constraints are validated")
    return found + _incompatibilities_of_events()


def _incompatibilities_of_events() -> list[str]:
    emitter = sys.modules["botocore.hooks"].HierarchicalEmitter()

    def handler(**_: Any) -> None:
        """Stand for any handler."""

    try:
        before = emitter._lookup_cache
        emitter.register("before-call.dynamodb", handler)
        between = emitter._lookup_cache
        found = list(emitter._handlers.prefix_search("before-call.dynamodb.GetItem"))
        emitter.unregister("before-call.dynamodb", handler)
        after = emitter._lookup_cache
    except AttributeError as error:
        return [str(error)]
    if found != [handler] or before is between or between is after:
        return ["handlers are stored in another way"]
    return []
