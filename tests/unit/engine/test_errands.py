"""Errands: after the lock is released, in order, never one inside the other."""

from __future__ import annotations

import threading

import pytest
from accounts import Account

from pytest_ddbmock.engine.errands import Errands


@pytest.fixture
def errands():
    return Errands(threading.RLock())


def test_errands_are_done_in_order_of_their_moment(errands):
    done = []
    for due in (3, 1, 2):
        errands.add(due, done.append)
    while errands.run(2):
        pass
    assert done == [1, 2]
    assert errands


def test_no_errand_is_done_by_a_thread_that_holds_the_lock():
    lock = threading.RLock()
    errands = Errands(lock)
    done = []
    errands.add(1, done.append)
    with lock:
        assert not errands.run(1)
    assert errands.run(1)
    assert done == [1]


def test_the_lock_is_free_while_an_errand_is_done():
    lock = threading.RLock()
    errands = Errands(lock)
    taken = []

    def take() -> None:
        taken.append(lock.acquire(timeout=5))
        lock.release()

    def work(due: int) -> None:
        other = threading.Thread(target=take)
        other.start()
        other.join()

    errands.add(1, work)
    errands.run(1)
    assert taken == [True]


def test_an_errand_within_an_errand_waits_for_its_end(errands):
    done = []

    def first(due):
        errands.add(1, lambda due: done.append("second"))
        assert not errands.run(1)
        done.append("first")

    errands.add(1, first)
    while errands.run(1):
        pass
    assert done == ["first", "second"]


def test_an_errand_that_fails_does_not_stop_the_others(errands):
    done = []
    errands.add(1, lambda due: 1 / 0)
    errands.add(2, done.append)
    with pytest.raises(ZeroDivisionError):
        errands.run(2)
    assert errands.run(2)
    assert done == [2]


def test_a_rollback_forgets_errands_that_were_not_done(errands):
    mark = errands.mark()
    errands.add(1, lambda due: 1 / 0)
    errands.rollback(mark)
    assert not errands.run(1)


def test_a_call_does_the_errands_that_it_has_left():
    account = Account()
    done = []
    account.engine.errands.add(0, done.append)
    account.engine.run_due()
    assert done == [0]
