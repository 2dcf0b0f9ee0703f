"""Errands: after the lock is released, in order, never one inside the other."""

from __future__ import annotations

import threading

import pytest

from pytest_ddbmock.engine.clockwork import Clockworks
from pytest_ddbmock.engine.outbound_work import OutboundWork
from tests.support.accounts import Account


@pytest.fixture
def outbound_work():
    return OutboundWork(threading.RLock(), Clockworks())


def test_errands_are_done_in_order_of_their_moment(outbound_work):
    done = []
    for due in (3, 1, 2):
        outbound_work.add(due, done.append)
    while outbound_work.run(2):
        pass
    assert done == [1, 2]
    assert outbound_work


def test_no_errand_is_done_by_a_thread_that_holds_the_lock():
    lock = threading.RLock()
    outbound_work = OutboundWork(lock, Clockworks())
    done = []
    outbound_work.add(1, done.append)
    with lock:
        assert not outbound_work.run(1)
    assert outbound_work.run(1)
    assert done == [1]


def test_the_lock_is_free_while_an_errand_is_done():
    lock = threading.RLock()
    outbound_work = OutboundWork(lock, Clockworks())
    taken = []

    def take() -> None:
        taken.append(lock.acquire(timeout=5))
        lock.release()

    def work(due: int) -> None:
        other = threading.Thread(target=take)
        other.start()
        other.join()

    outbound_work.add(1, work)
    outbound_work.run(1)
    assert taken == [True]


def test_an_errand_within_an_errand_waits_for_its_end(outbound_work):
    done = []

    def first(due):
        outbound_work.add(1, lambda due: done.append("second"))
        assert not outbound_work.run(1)
        done.append("first")

    outbound_work.add(1, first)
    while outbound_work.run(1):
        pass
    assert done == ["first", "second"]


def test_an_errand_that_fails_does_not_stop_the_others(outbound_work):
    done = []
    outbound_work.add(1, lambda due: 1 / 0)
    outbound_work.add(2, done.append)
    with pytest.raises(ZeroDivisionError):
        outbound_work.run(2)
    assert outbound_work.run(2)
    assert done == [2]


def test_a_rollback_forgets_errands_that_were_not_done(outbound_work):
    mark = outbound_work.mark()
    outbound_work.add(1, lambda due: 1 / 0)
    outbound_work.rollback(mark)
    assert not outbound_work.run(1)


def test_a_call_does_the_errands_that_it_has_left():
    account = Account()
    done = []
    account.engine.outbound_work.add(0, done.append)
    account.engine.run_due()
    assert done == [0]
