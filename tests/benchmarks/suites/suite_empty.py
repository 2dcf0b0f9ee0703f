"""Tests that do nothing: what pytest itself takes."""

from workload import each_test


@each_test
def test_nothing(number: int) -> None:
    assert number >= 0
