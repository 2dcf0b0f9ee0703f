"""Settings whose clock is put back: no moment in them may lie in the future."""

from __future__ import annotations

import dataclasses
import re
import typing

import pytest

from pytest_ddbmock.storage import settings, shards
from pytest_ddbmock.storage.settings import Settings

NOW, LATER = 1_000_000_000_000, 2_000_000_000_000
MOMENTS = re.compile(r".*(_at|_since|_from|_switches|_changes)|moment")
KINDS = {name: kind for module in (settings, shards) for name, kind in vars(module).items() if isinstance(kind, type)}


def made_later(kind):
    """A value in which everything that can hold a moment holds a later one."""
    fields = {one.name: one.type for one in dataclasses.fields(kind)} if kind is Settings else kind.__annotations__
    values = {name: late_value(name, str(getattr(hint, "__forward_arg__", hint))) for name, hint in fields.items()}
    return kind(**values)


def late_value(name, hint):
    hint = hint.removesuffix(" | None")
    many = re.fullmatch(r"tuple\[(\w+), \.\.\.\]", hint)
    if many:
        return (late_value(name, many[1]),)
    if hint == "int":
        return LATER if MOMENTS.fullmatch(name) else 1
    if hint == "str":
        return "text"
    if hint == "bool":
        return True
    if hint.startswith("Mapping"):
        return {}
    kind = KINDS.get(hint)
    return made_later(kind) if kind is not None and hasattr(kind, "_fields") else None


def moments(value):
    if isinstance(value, Settings):
        value = dataclasses.asdict(value)
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, tuple):
        return [moment for part in value for moment in moments(part)]
    return [value] if isinstance(value, int) and value >= NOW else []


def test_everything_that_can_hold_a_moment_is_filled():
    assert len(moments(made_later(Settings))) >= 18
    assert typing.get_type_hints(Settings), "annotations are read as text"


@pytest.mark.parametrize("put_back", [Settings.as_new, Settings.backdated])
def test_nothing_is_dated_later_than_the_new_time(put_back):
    dated = put_back(made_later(Settings), NOW)
    assert set(moments(dated)) <= {NOW}
    assert all(stream.label == "1970-01-12T13:46:40.000" for stream in dated.streams)


def test_of_an_older_table_only_what_was_changed_later_is_dated_anew():
    late = made_later(Settings)
    dated = dataclasses.replace(late, created_at=5).backdated(NOW)
    assert dated.created_at == 5
    assert set(moments(dated)) == {NOW}
    assert len(moments(dated)) == len(moments(late)) - 1


def test_nothing_to_date_anew_leaves_the_settings_alone():
    late = made_later(Settings)
    assert late.backdated(LATER) is late
