"""`Agenda`: what is due, in order."""

from __future__ import annotations

from pytest_ddbmock.engine.agenda import Agenda
from pytest_ddbmock.engine.clockwork import Clockworks


def run(agenda, now):
    while agenda.next_due(now) is not None:
        agenda.run(now)


def test_what_is_due_is_done_in_order_of_its_moment():
    agenda, done = Agenda(Clockworks()), []
    for due in (30, 10, 20, 10):
        agenda.add(due, lambda at: done.append(at))
    run(agenda, 20)
    assert done == [10, 10, 20]
    run(agenda, 29)
    assert done == [10, 10, 20]


def test_an_action_may_add_one_that_is_due_already():
    agenda, done = Agenda(Clockworks()), []
    agenda.add(10, lambda at: agenda.add(at + 5, done.append))
    run(agenda, 20)
    assert done == [15]


def test_a_rollback_brings_back_what_was_done_and_forgets_what_was_added():
    agenda, done = Agenda(Clockworks()), []
    agenda.add(10, lambda at: done.append("old"))
    mark = agenda.mark()
    run(agenda, 10)
    agenda.add(10, lambda at: done.append("new"))
    agenda.rollback(mark)
    run(agenda, 10)
    assert done == ["old", "old"]
