"""`History`: what it gives after which number or moment."""

from __future__ import annotations

import pytest

from pytest_ddbmock.storage.change import Actor, Change
from pytest_ddbmock.storage.history import History


@pytest.fixture
def history():
    """Began with number 10 at 100; changes 12, 15, 16 at 110, 120, 120."""
    history = History(10, 100)
    for seq, at in ((12, 110), (15, 120), (16, 120)):
        history.append(Change(seq, at, ("k", None), None, None, Actor.USER))
    return history


def numbers(changes):
    return [change.seq for change in changes]


@pytest.mark.parametrize("seq, wanted", [(0, [12, 15, 16]), (12, [15, 16]), (13, [15, 16]), (16, []), (99, [])])
def test_changes_since_a_number_come_oldest_first(history, seq, wanted):
    assert numbers(history.since(seq)) == wanted
    assert numbers(history.since(seq, 1)) == wanted[:1]
    assert numbers(history.backwards_to(seq)) == wanted[::-1]


@pytest.mark.parametrize("moment, seq, later", [(99, 10, [16, 15, 12]), (110, 12, [16, 15]), (119, 12, [16, 15]),
                                                (120, 16, []), (500, 16, [])])  # fmt: skip
def test_a_moment_holds_all_its_changes(history, moment, seq, later):
    assert history.seq_at(moment) == seq
    assert numbers(history.after(moment)) == later


def test_what_is_trimmed_is_forgotten_from_the_oldest_on(history):
    assert history.trim(15, 1) == 1
    assert (history.start, history.known_from, numbers(history.since(0))) == (12, 110, [15, 16])
    assert history.trim(15, 5) == 1
    assert (history.start, history.known_from, numbers(history.since(0))) == (15, 120, [16])
    assert history.trim(15, 5) == 0
    assert history.trim(16, 5) == 1
    assert (history.last_seq, history.last_at, history.seq_at(500), history.after(0)) == (16, 120, 16, [])
    history.check()


def test_only_a_history_without_any_change_ever_is_untouched(history):
    assert History(10, 100).is_untouched
    history.trim(16, 5)
    assert not history.is_untouched
    history.restart(20, 200)
    assert history.is_untouched and history.known_from == 200


def test_a_change_is_found_by_its_number(history):
    assert history.find(15).seq == 15
    assert [history.find(seq) for seq in (10, 13, 17)] == [None, None, None]


def test_an_empty_history_tells_its_beginning():
    history = History(10, 100)
    assert (history.last_seq, history.last_at, history.seq_at(5), len(history)) == (10, 100, 10, 0)


def test_a_cut_forgets_what_came_later(history):
    history.cut(12)
    assert numbers(history.since(0)) == [12]
    assert (history.last_seq, history.last_at) == (12, 110)


def test_a_new_beginning_forgets_everything(history):
    history.restart(20, 500)
    assert (len(history), history.last_seq, history.last_at) == (0, 20, 500)
