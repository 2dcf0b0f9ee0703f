"""`Serials`: tickets that a rollback makes void."""

from __future__ import annotations

from pytest_ddbmock.engine.serials import Serials


def test_a_ticket_given_since_the_mark_is_void_after_the_rollback():
    serials = Serials()
    before = serials.ticket()
    mark = serials.mark()
    since = serials.ticket()
    serials.rollback(mark)
    after = serials.ticket()
    assert [serials.is_good(ticket) for ticket in (before, since, after)] == [True, False, True]
    assert len({before, since, after}) == 3


def test_marks_lie_within_marks():
    serials = Serials()
    outer = serials.mark()
    first = serials.ticket()
    inner = serials.mark()
    second = serials.ticket()
    serials.rollback(inner)
    third = serials.ticket()
    assert [serials.is_good(ticket) for ticket in (first, second, third)] == [True, False, True]
    serials.rollback(outer)
    assert not any(serials.is_good(ticket) for ticket in (first, second, third))


def test_a_suite_of_any_length_is_remembered_as_one_run():
    serials = Serials()
    mark = serials.mark()
    for _ in range(1000):
        serials.ticket()
        serials.rollback(mark)
    assert len(serials._void) == 1


def test_tickets_of_other_engines_and_made_up_ones_are_not_good():
    serials, other = Serials(), Serials()
    serials.ticket()
    made_up = ["", ".", "1", "x.1", "1.x", "1.1.1", other.ticket(), serials.ticket() + "0"]
    assert not any(serials.is_good(ticket) for ticket in made_up)
