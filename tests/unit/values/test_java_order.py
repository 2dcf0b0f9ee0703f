"""Names in the order of a Java HashSet."""

from __future__ import annotations

import itertools

import pytest

from pytest_ddbmock.values.java import java_hash_set_order

USED = ["a sk pk", "my-hash my-string", "index hash"]
DEFINED = ["sk a b pk c", "sk pk", "my-string my-int my-hash", "index hash extra"]
"""Lists of names as AWS has printed them: keys used, and attribute definitions."""


@pytest.mark.parametrize("captured", USED)
def test_used_keys_come_as_captured_however_they_are_sent(captured):
    names = captured.split()
    for sent in itertools.permutations(names):
        assert java_hash_set_order(sent) == names


@pytest.mark.parametrize("captured", DEFINED)
def test_definitions_come_as_captured(captured):
    names = captured.split()
    assert java_hash_set_order(names, capacity=len(names)) == names


def test_names_in_one_bucket_keep_their_order():
    assert java_hash_set_order(["c", "pk"], capacity=8) == ["c", "pk"]
    assert java_hash_set_order(["pk", "c"], capacity=8) == ["pk", "c"]


def test_a_set_grows_when_it_is_more_than_three_quarters_full():
    assert "".join(java_hash_set_order("efghijklmnop")) == "pefghijklmno"  # 16 buckets: "p" is 112
    assert "".join(java_hash_set_order("defghijklmnop")) == "defghijklmnop"  # 32 buckets
    assert "".join(java_hash_set_order("cab", capacity=4)) == "abc"
    assert "".join(java_hash_set_order("dcab", capacity=4)) == "abcd"  # 8 buckets


def test_a_repeated_name_counts_once():
    assert java_hash_set_order(["pk", "a", "pk", "a"]) == ["a", "pk"]


def test_hashes_are_those_of_java_over_utf_16_units():
    # String.hashCode: "Aa" and "BB" are 2112; a character beyond the BMP counts as its two surrogates.
    assert java_hash_set_order(["BB", "Aa"]) == ["BB", "Aa"]
    assert java_hash_set_order(["Aa", "BB"]) == ["Aa", "BB"]
    assert java_hash_set_order(["\U0001f642", "0"]) == ["0", "\U0001f642"]
