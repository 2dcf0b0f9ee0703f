"""Moving Python's time, whoever moves it already. Nothing here waits: spans are compared with wide margins."""

from __future__ import annotations

import asyncio
import concurrent.futures
import datetime
import queue
import subprocess
import sys
import threading
import time
from datetime import datetime as imported_datetime
from time import monotonic, perf_counter
from time import time as imported_time

import freezegun
import freezegun.config
import pytest

from pytest_ddbmock import mock_dynamodb
from pytest_ddbmock.testkit.python_time import PythonTime

HOUR = 3600 * 10**6
NEW_YEAR = 1_767_225_600
real_time = time.time


@pytest.fixture
def moved():
    python = PythonTime()
    yield python
    python.stop()


def about(seconds, expected):
    return abs(seconds - expected) < 60


# ---- a freezegun of our own


def test_time_moves_everywhere(moved):
    before = real_time()
    moved.shift(2 * HOUR)
    for now in (
        time.time(),
        time.time_ns() / 1e9,
        imported_time(),
        datetime.datetime.now(datetime.timezone.utc).timestamp(),
        imported_datetime.now().timestamp(),
    ):
        assert about(now - before, 7200)


def test_time_goes_on_after_a_move(moved):
    moved.shift(HOUR)
    first = time.time_ns()
    while time.time_ns() == first:
        pass  # ends with the real clock's next microsecond


def test_time_is_real_again_afterwards():
    python = PythonTime()
    python.shift(HOUR)
    python.stop()
    assert time.time is real_time
    assert imported_time is real_time
    assert datetime.datetime is imported_datetime
    assert not python.is_moved


def test_moves_add_up(moved):
    before = real_time()
    for _ in range(3):
        moved.shift(HOUR)
    moved.shift(-HOUR)
    assert about(time.time() - before, 7200)


def test_moving_to_a_moment_is_exact_when_time_stands_still(moved):
    moved.freeze()
    moved.move_to(NEW_YEAR * 10**6 + 1)
    assert time.time_ns() // 1000 == NEW_YEAR * 10**6 + 1
    moved.shift(HOUR)
    assert time.time() == NEW_YEAR + 3600.000001


def test_time_stands_still_from_a_freeze_on(moved):
    moved.shift(HOUR)
    moved.freeze()
    first = time.time()
    assert time.time() == first
    moved.freeze()
    assert time.time() == first


def test_threads_and_pools_see_the_moved_time(moved):
    before = real_time()
    moved.shift(2 * HOUR)
    seen = []
    thread = threading.Thread(target=lambda: seen.append(time.time()))
    thread.start()
    thread.join()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        seen.append(pool.submit(time.time).result())
        seen.append(pool.submit(lambda: datetime.datetime.now().timestamp()).result())
    assert all(about(now - before, 7200) for now in seen)


def test_stopwatches_are_left_alone(moved):
    watches = (time.monotonic, time.perf_counter, monotonic, perf_counter)
    before = [watch() for watch in watches]
    moved.shift(24 * HOUR)
    after = [time.monotonic(), time.perf_counter(), monotonic(), perf_counter()]
    assert all(0 <= later - earlier < 60 for earlier, later in zip(before, after, strict=True))
    assert time.monotonic_ns() - after[0] * 1e9 < 60e9


def test_waits_last_as_long_as_they_say(moved):
    moved.shift(HOUR)
    with pytest.raises(queue.Empty):
        queue.Queue().get(timeout=0.001)
    assert not threading.Event().wait(0.001)
    with pytest.raises(concurrent.futures.TimeoutError), concurrent.futures.ThreadPoolExecutor(1) as pool:
        release = threading.Event()
        try:
            pool.submit(release.wait).result(timeout=0.001)
        finally:
            release.set()


def test_a_move_does_not_end_a_wait_of_asyncio(moved):
    async def scenario():
        done = asyncio.Event()
        waiting = asyncio.ensure_future(asyncio.wait_for(done.wait(), timeout=600))
        await asyncio.sleep(0)
        moved.shift(24 * HOUR)
        await asyncio.sleep(0.001)
        assert not waiting.done()
        done.set()
        return await waiting

    assert asyncio.run(scenario())


def test_modules_whose_names_begin_like_an_ignored_one_see_the_moved_time(moved):
    scope = {"__name__": "gifts"}
    exec("import time\ndef now(): return time.time()", scope)
    before = real_time()
    moved.shift(2 * HOUR)
    assert about(scope["now"]() - before, 7200)


def test_freezeguns_settings_are_as_before(moved):
    before = list(freezegun.config.settings.default_ignore_list)
    moved.shift(HOUR)
    assert freezegun.config.settings.default_ignore_list == before


def test_nothing_is_imported_before_the_first_move():
    code = (
        "import sys\n"
        "from pytest_ddbmock import mock_dynamodb\n"
        "with mock_dynamodb(tables={'users': 'pk'}) as ddb:\n"
        "    ddb.table('users').load([{'pk': 'a'}])\n"
        "    ddb.clock.now\n"
        "assert not {'pytest', 'freezegun', 'time_machine'} & set(sys.modules), 'imported too early'\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


# ---- a freezegun of the test's


def test_a_freezegun_that_stands_still_is_moved_exactly(moved):
    with freezegun.freeze_time("2026-01-01") as frozen:
        moved.shift(HOUR)
        assert time.time() == NEW_YEAR + 3600
        assert frozen() == datetime.datetime(2026, 1, 1, 1)
        moved.move_to((NEW_YEAR + 5) * 10**6)
        assert time.time() == NEW_YEAR + 5
        moved.freeze()
        frozen.tick(1)
        assert time.time() == NEW_YEAR + 6


def test_a_freezegun_that_ticks_is_moved(moved):
    with freezegun.freeze_time("2026-01-01", tick=True):
        moved.shift(HOUR)
        moved.shift(HOUR)
        assert about(time.time(), NEW_YEAR + 7200)
        moved.freeze()
        first = time.time()
        assert time.time() == first


def test_a_freezegun_that_ticks_by_itself_is_moved(moved):
    with freezegun.freeze_time("2026-01-01", auto_tick_seconds=15):
        moved.move_to((NEW_YEAR + 3600) * 10**6)
        assert time.time() == NEW_YEAR + 3600
        assert time.time() == NEW_YEAR + 3615


def test_what_the_test_froze_is_put_back_when_the_mock_ends():
    with freezegun.freeze_time("2026-01-01"):
        with mock_dynamodb() as mock:
            mock.clock.tick(days=3)
            mock.clock.tick(hours=-1)
        assert time.time() == NEW_YEAR


def test_a_freezegun_inside_a_moved_mock_is_followed(moved):
    before = real_time()
    moved.shift(HOUR)
    with freezegun.freeze_time("2026-01-01"):
        moved.shift(HOUR)
        assert time.time() == NEW_YEAR + 3600
    assert about(time.time() - before, 3600)


def test_a_freezegun_that_outlives_the_mock_goes_on():
    python = PythonTime()
    python.shift(HOUR)
    later = freezegun.freeze_time("2026-01-01")
    later.start()
    python.stop()
    assert time.time() == NEW_YEAR
    later.stop()
    assert about(time.time() - time_of_the_system(), 0)
    PythonTime().stop()


def test_the_next_mock_ends_what_had_to_wait():
    test_a_freezegun_that_outlives_the_mock_goes_on()
    python = PythonTime()
    python.shift(HOUR)
    python.stop()
    assert time.time is real_time
    assert imported_time is real_time


def time_of_the_system():
    return time.clock_gettime(time.CLOCK_REALTIME)


# ---- time-machine


def test_time_machine_is_moved(moved):
    time_machine = pytest.importorskip("time_machine")
    with time_machine.travel(NEW_YEAR, tick=False):
        moved.shift(HOUR)
        assert time.time() == NEW_YEAR + 3600
        moved.move_to((NEW_YEAR + 7200) * 10**6)
        assert time.time() == NEW_YEAR + 7200
        assert "freezegun" not in datetime.datetime.__module__


def test_time_machine_stands_still_from_a_freeze_on_and_keeps_its_zone(moved):
    time_machine = pytest.importorskip("time_machine")
    zoneinfo = pytest.importorskip("zoneinfo")
    zone = zoneinfo.ZoneInfo("Asia/Tokyo")
    with time_machine.travel(datetime.datetime(2026, 1, 1, 9, tzinfo=zone)):
        moved.freeze()
        first = time.time()
        assert time.time() == first
        assert about(first, NEW_YEAR)
        assert time.tzname[0] == "JST"


# ---- mocks in mocks


def test_an_inner_mock_leaves_the_time_of_the_outer_as_it_was():
    with mock_dynamodb() as outer:
        outer.clock.move_to("2026-01-01")
        outer.clock.freeze()
        before = time.time()
        with mock_dynamodb() as inner:
            inner.clock.tick(days=40)
            assert time.time() == before + 40 * 86_400
            inner.clock.tick(days=1)
        assert time.time() == before
        outer.clock.tick(1)
        assert time.time() == before + 1
    assert time.time is real_time
