"""What is said about mocks on the command line and in ini files; `--help` is made from `Options`."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from pytest_ddbmock.testkit.definitions import tables
from pytest_ddbmock.testkit.options import FIELDS, PLANNED, make, not_yet, read_text

PREFIX = "ddbmock_"


class ConfigOptions(NamedTuple):
    """Options by name and value, as far as they are given."""

    ini: Mapping[str, Any]
    cli: Mapping[str, Any]


_SAID = pytest.StashKey[ConfigOptions]()


def flag(name: str) -> str:
    """The command line option for an option."""
    return "--ddbmock-" + name.replace("_", "-")


def add(parser: pytest.Parser) -> None:
    """A command line option and an ini option for each option."""
    group = parser.getgroup("ddbmock", "in-memory DynamoDB (pytest-ddbmock)")
    for name, field in FIELDS.items():
        text = field.metadata["help"]
        group.addoption(flag(name), dest=PREFIX + name, metavar=field.metadata["metavar"], default=None, help=text)
        parser.addini(PREFIX + name, f"{text}; {flag(name)} and @pytest.mark.ddbmock({name}=...) come before it")
    for name in sorted(PLANNED):  # to be refused by name, without a word in the help
        group.addoption(flag(name), dest=PREFIX + name, nargs="?", const="", default=None, help=argparse.SUPPRESS)


def options_from_config(config: pytest.Config) -> ConfigOptions:
    """What command line and ini say.

    Errors: `UsageError` for impossible values; unknown names are pytest's to refuse.
    """
    if _SAID not in config.stash:
        for name in sorted(PLANNED):
            if getattr(config.known_args_namespace, PREFIX + name, None) is not None:
                raise not_yet(flag(name))
        ini: dict[str, Any] = {}
        cli: dict[str, Any] = {}
        for name in FIELDS:
            # "" stands for an ini option that is not there in older pytests.
            if text := config.getini(PREFIX + name):
                ini[name] = read_text(name, str(text), f"ini option {PREFIX}{name}")
            if (text := getattr(config.known_args_namespace, PREFIX + name, None)) is not None:
                cli[name] = read_text(name, text, flag(name))
        for layer, where in ((ini, "ini file"), (cli, "command line")):
            tables.parse_all(make(layer, where).tables)
        config.stash[_SAID] = ConfigOptions(ini, cli)
    return config.stash[_SAID]
