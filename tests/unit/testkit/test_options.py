from __future__ import annotations

import dataclasses

import pytest

from pytest_ddbmock import Options, UsageError
from pytest_ddbmock.testkit.options import OptionNames, make, read_mapping, read_text


def test_type_checkers_know_the_same_names_as_options_has():
    assert list(OptionNames.__annotations__) == [field.name for field in dataclasses.fields(Options)]


def test_an_unknown_option_is_refused_with_the_nearest_name():
    with pytest.raises(UsageError, match='here: unknown option "regoin"; did you mean "region"'):
        make({"regoin": "eu-west-1"}, "here")


@pytest.mark.parametrize("name", ["page_items", "consistency", "chaos"])
def test_options_of_later_releases_are_refused_by_name(name):
    with pytest.raises(UsageError, match=f'option "{name}" is not available yet'):
        make({name: 1}, "here")


@pytest.mark.parametrize(
    "wrong",
    [
        {"region": ""},
        {"region": "eu west 1"},
        {"region": 1},
        {"account": "12"},
        {"account": 123456789012},
        {"pace": -1},
        {"pace": "1"},
        {"pace": True},
        {"ttl_delay": float("inf")},
        {"ttl_delay": float("nan")},
        {"item_collection_limit": -1},
        {"item_collection_limit": 1.5},
        {"item_collection_limit": True},
        {"direct": "yes"},
    ],
)
def test_impossible_values_are_refused_by_name(wrong):
    with pytest.raises(UsageError, match=next(iter(wrong))):
        Options(**wrong)


@pytest.mark.parametrize("region", ["eu-west-1", "us-gov-west-1", "local"])
def test_regions_are_names_of_hosts(region):
    assert Options(region=region).region == region


@pytest.mark.parametrize(
    "text, meaning",
    [
        ("users: pk", {"users": "pk"}),
        ("users: pk, sk", {"users": ("pk", "sk")}),
        ("\nusers: pk\n\norders: customer, placed:N\n", {"users": "pk", "orders": ("customer", "placed:N")}),
        ('{"users": {"key": ["pk", "sk"]}}', {"users": {"key": ["pk", "sk"]}}),
        ("fixtures/users", "fixtures/users"),
        ("C:\\fixtures", "C:\\fixtures"),
    ],
)
def test_tables_and_seeds_are_written_as_lines_as_json_or_as_a_path(text, meaning):
    assert read_mapping(text) == meaning


@pytest.mark.parametrize("text", ['{"users"', "users: pk\norders", "users: pk,"])
def test_texts_that_say_nothing_are_refused(text):
    with pytest.raises(UsageError):
        read_mapping(text)


def test_a_text_that_is_no_number_is_refused_with_its_place():
    with pytest.raises(UsageError, match="--ddbmock-pace: invalid value 'soon': use a number of seconds"):
        read_text("pace", "soon", "--ddbmock-pace")
    with pytest.raises(UsageError, match="here: invalid value '10G': use a whole number of bytes"):
        read_text("item_collection_limit", "10G", "here")
