"""`History`: what it gives after which number or moment."""

from __future__ import annotations

import pytest

from pytest_ddbmock.storage import history as history_module
from pytest_ddbmock.storage.change import Actor, Change
from pytest_ddbmock.storage.history import History
from pytest_ddbmock.values.item import Item


@pytest.fixture(autouse=True, params=[1, 2, 3, 256])
def block(request, monkeypatch):
    """Changes in a block."""
    monkeypatch.setattr(history_module, "BLOCK", request.param)


@pytest.fixture
def history():
    """Began with number 10 at 100; changes 12, 15, 16 at 110, 120, 120."""
    history = History(10, 100)
    for seq, at in ((12, 110), (15, 120), (16, 120)):
        history.append(Change(seq, at, None, image(seq), Actor.USER))
    return history


def image(number):
    return Item({"n": ("N", str(number))})


def numbers(changes):
    return [change.seq for change in changes]


@pytest.mark.parametrize("seq, wanted", [(0, [12, 15, 16]), (12, [15, 16]), (13, [15, 16]), (16, []), (99, [])])
def test_changes_since_a_number_come_oldest_first(history, seq, wanted):
    assert numbers(history.since(seq)) == wanted
    assert numbers(history.since(seq, 1)) == wanted[:1]
    assert list(history.images(seq, 99)) == [(None, image(number)) for number in reversed(wanted)]


@pytest.mark.parametrize("moment, seq, later", [(99, 10, [12, 15, 16]), (110, 12, [15, 16]), (119, 12, [15, 16]),
                                                (120, 16, []), (500, 16, [])])  # fmt: skip
def test_a_moment_holds_all_its_changes(history, moment, seq, later):
    assert history.seq_at(moment) == seq
    assert numbers(history.since(history.seq_at(moment))) == later


def test_what_is_trimmed_is_forgotten_from_the_oldest_on(history):
    assert history.trim(15, 1) == 1
    assert (history.start, history.known_from, numbers(history.since(0))) == (12, 110, [15, 16])
    assert history.trim(15, 5) == 1
    assert (history.start, history.known_from, numbers(history.since(0))) == (15, 120, [16])
    assert history.trim(15, 5) == 0
    assert history.trim(16, 5) == 1
    assert (history.last_seq, history.last_at, history.seq_at(500), history.since(0)) == (16, 120, 16, [])
    history.check()


@pytest.mark.parametrize(
    "now, began, ats", [(50, 50, [50, 50, 50]), (115, 100, [110, 115, 115]), (120, 100, [110, 120, 120])]
)
def test_when_the_clock_is_put_back_nothing_is_dated_later(history, now, began, ats):
    history.backdate(now)
    assert (history.began_at, [change.at for change in history.since(0)]) == (began, ats)
    assert numbers(history.since(0)) == [12, 15, 16]
    assert history.seq_at(now) == 16
    history.check()


def test_what_was_trimmed_is_dated_too(history):
    history.trim(15, 5)
    history.backdate(105)
    assert (history.known_from, history.last_at) == (105, 105)
    history.check()


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


def test_images_come_newest_first_up_to_a_number(history):
    assert list(history.images(12, 15)) == [(None, image(15))]
    assert list(history.images(10, 15)) == [(None, image(15)), (None, image(12))]
    assert list(history.images(16, 10)) == []


def test_the_last_moment_by_others_passes_over_one_actor(history):
    history.append(Change(17, 130, image(16), None, Actor.TTL))
    assert history.last_at_by_others(Actor.TTL, 12) == 120
    assert history.last_at_by_others(Actor.USER, 12) == 130
    assert history.last_at_by_others(Actor.TTL, 16) is None


@pytest.mark.parametrize("trimmed", range(8))
@pytest.mark.parametrize("cut", range(8))
def test_a_history_that_is_trimmed_and_cut_goes_on(trimmed, cut):
    """Seven changes with the numbers 1 to 7 at 10 to 70; two more come later."""
    history = History(0, 0)
    for number in range(1, 8):
        history.append(Change(number, number * 10, None, image(number), Actor.USER))
    history.trim(trimmed, 99)
    history.cut(max(cut, trimmed))
    known = list(range(trimmed + 1, max(cut, trimmed) + 1))
    for number in (8, 9):
        history.check()
        assert (numbers(history.since(0)), len(history)) == (known, len(known))
        assert history.last_seq == (known[-1] if known else trimmed)
        assert history.last_at == (known[-1] * 10 if known else trimmed * 10)
        assert [history.seq_at(seq * 10) for seq in (trimmed, *known)] == [trimmed, *known]
        assert [history.find(seq) is not None for seq in range(1, 8)] == [seq in known for seq in range(1, 8)]
        history.append(Change(number, number * 10, None, image(number), Actor.USER))
        known.append(number)


def test_what_is_later_than_a_clock_put_back_is_dated_anew(history):
    history.backdate(115)
    assert [(change.seq, change.at) for change in history.since(0)] == [(12, 110), (15, 115), (16, 115)]
    assert (history.seq_at(114), history.seq_at(115), history.last_at) == (12, 16, 115)
    history.backdate(50)
    assert [change.at for change in history.since(0)] == [50] * 3
    assert (history.began_at, history.seq_at(49), history.seq_at(50)) == (50, 10, 16)
    history.check()
