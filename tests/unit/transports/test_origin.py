from __future__ import annotations

import concurrent.futures
import sys

import botocore.client

from pytest_ddbmock.transports.clients.origin import find_origin


def test_the_line_is_that_of_the_caller():
    origin = find_origin()
    assert str(origin) == f"tests/unit/transports/test_origin.py:{sys._getframe().f_lineno - 1}"


def test_frames_of_botocore_are_passed_over():
    code = compile("def call(f):\n    return f()", botocore.client.__file__, "exec")
    library = {}
    exec(code, library)
    origin = library["call"](find_origin)
    assert str(origin) == f"tests/unit/transports/test_origin.py:{sys._getframe().f_lineno - 1}"


def test_what_a_pool_runs_itself_has_no_line():
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        assert pool.submit(find_origin).result() == ""


def test_a_folder_of_the_applications_own_may_be_called_botocore(tmp_path):
    code = compile("origin = find()", str(tmp_path / "botocore" / "app.py"), "exec")
    names = {"find": find_origin}
    exec(code, names)
    assert str(names["origin"]) == f"{tmp_path}/botocore/app.py:1"


def test_a_file_elsewhere_is_named_in_full(tmp_path):
    code = compile("origin = find()", str(tmp_path / "app.py"), "exec")
    names = {"find": find_origin}
    exec(code, names)
    assert str(names["origin"]) == f"{tmp_path}/app.py:1"
