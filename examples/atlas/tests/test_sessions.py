"""Sessions end with time, and time is the test's."""

import pytest
from pytest_ddbmock import DDBMock, Remove

from atlas import sessions
from atlas.table import session_key


def test_an_editor_stays_signed_in_for_an_hour(ddbmock: DDBMock, ada: str) -> None:
    ddbmock.clock.tick(minutes=59)

    assert sessions.editor(ada) == "ada"


def test_a_session_that_ended_is_refused_and_cleared_away(ddbmock: DDBMock, ada: str) -> None:
    ddbmock.clock.tick(hours=2)

    with pytest.raises(sessions.NotSignedInError):
        sessions.editor(ada)
    assert tuple(session_key(ada).values()) not in ddbmock.table("atlas")
    assert ddbmock.streams["atlas"].last.by_ttl


def test_a_prolonged_session_lasts_longer(ddbmock: DDBMock, ada: str) -> None:
    ddbmock.clock.tick(minutes=50)
    sessions.prolong(ada)
    ddbmock.clock.tick(minutes=50)

    assert sessions.editor(ada) == "ada"


def test_a_session_that_ended_cannot_be_prolonged(ddbmock: DDBMock, ada: str) -> None:
    ddbmock.clock.tick(hours=2)

    with pytest.raises(sessions.NotSignedInError):
        sessions.prolong(ada)
    assert tuple(session_key(ada).values()) not in ddbmock.table("atlas")


def test_signing_out_ends_one_session_only(ddbmock: DDBMock, ada: str) -> None:
    grace = sessions.sign_in("grace")

    with ddbmock.streams["atlas"].watch() as seen:
        sessions.sign_out(ada)

    seen.assert_only(Remove(editor="ada"))
    assert sessions.editor(grace) == "grace"


def test_only_sessions_expire(ddbmock: DDBMock, ada: str) -> None:
    before = len(ddbmock.table("atlas"))

    ddbmock.clock.tick(days=365)

    assert len(ddbmock.table("atlas")) == before - 1
