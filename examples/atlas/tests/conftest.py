"""The atlas under test: its tables, and the whole public record as what every test starts from."""

from typing import Any, TypeAlias

import pytest
from pytest_ddbmock import DDBMock

from atlas import gazetteer, sessions

Tables: TypeAlias = dict[str, Any]
Seed: TypeAlias = dict[str, Any]


@pytest.fixture(scope="session")
def ddbmock_tables() -> Tables:
    return {
        "atlas": {
            "key": ("pk", "sk"),
            "gsi": {"by-name": ("kind", "folded"), "by-parent": ("parent", "folded")},
            "stream": "NEW_AND_OLD_IMAGES",
            "ttl": "expires",
            "pitr": True,
        },
        "atlas-journal": ("pk", "sk"),
    }


@pytest.fixture(scope="session")
def ddbmock_seed() -> Seed:
    return {"atlas": [entry.to_item() for entry in gazetteer.entries()]}


@pytest.fixture
def ada(ddbmock: DDBMock) -> str:
    """The token of an editor who is signed in."""
    return sessions.sign_in("ada")
