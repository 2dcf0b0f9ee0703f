"""The environment variables that the application's clients need while a mock is active, and no others."""

from __future__ import annotations

import functools
import os

REGION = "AWS_DEFAULT_REGION"
NO_METADATA = "AWS_EC2_METADATA_DISABLED"

CREDENTIAL_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "BOTO_CONFIG",
)
"""Each holds credentials or names a source of them."""

CREDENTIAL_FILES = ("~/.aws/credentials", "~/.boto", "/etc/boto.cfg")

CREDENTIAL_SETTINGS = ("aws_access_key_id", "credential_", "login_", "role_arn", "sso_", "web_identity_")
"""Prefixes of the settings of a profile that hold credentials or name a source of them."""


class Environment:
    """Sets variables in the process's environment and restores them.

    `AWS_DEFAULT_REGION` is set to `region` if no Region is configured, because no client can be built without one; with
    `wins` (the test's author has named it) even if one is. If no source of credentials is visible, the instance
    metadata service is switched off: asking it takes seconds.
    """

    def __init__(self, region: str, *, wins: bool = False) -> None:
        self._region = region
        self._wins = wins
        self._put: dict[str, tuple[str, str | None]] = {}

    def enter(self) -> None:
        """Set what is missing."""
        profile = _profile()
        if self._wins:
            self._set(REGION, self._region)
        elif not (os.environ.get(REGION) or "region" in profile):
            # botocore ignores AWS_REGION, but users set it.
            self._set(REGION, os.environ.get("AWS_REGION") or self._region)
        if NO_METADATA not in os.environ and not _credentials_visible(profile):
            self._set(NO_METADATA, "true")

    @property
    def region(self) -> str:
        """The Region of clients that are built without one, after `enter`."""
        return os.environ.get(REGION) or _profile().get("region") or self._region

    def leave(self) -> None:
        """Restore what was set, unless somebody has changed it since."""
        while self._put:
            name, (ours, before) = self._put.popitem()
            if os.environ.get(name) != ours:
                continue
            if before is None:
                del os.environ[name]
            else:
                os.environ[name] = before

    def _set(self, name: str, value: str) -> None:
        self._put[name] = (value, os.environ.get(name))
        os.environ[name] = value


def _credentials_visible(profile: dict[str, str]) -> bool:
    return (
        any(os.environ.get(name) for name in CREDENTIAL_VARIABLES)
        or any(setting.startswith(CREDENTIAL_SETTINGS) for setting in profile)
        or any(os.path.exists(os.path.expanduser(path)) for path in CREDENTIAL_FILES)
    )


def _profile() -> dict[str, str]:
    """Return the settings of the profile that botocore would use; empty if its files are missing or unreadable."""
    name = os.environ.get("AWS_DEFAULT_PROFILE") or os.environ.get("AWS_PROFILE") or "default"
    settings: dict[str, str] = {}
    for variable, path, section in (
        ("AWS_CONFIG_FILE", "~/.aws/config", name if name == "default" else f"profile {name}"),
        ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials", name),
    ):
        file = os.path.expanduser(os.environ.get(variable) or path)
        try:
            changed = os.stat(file).st_mtime_ns
        except OSError:
            continue
        settings |= _section(file, section, changed)
    return settings


@functools.lru_cache(maxsize=16)
def _section(file: str, section: str, changed: int) -> dict[str, str]:
    """Return a section of a file; `changed`, the time of its last change, is there for the cache."""
    import configparser  # not needed where there is no such file

    parser = configparser.RawConfigParser(default_section="", strict=False)
    try:
        parser.read(file, encoding="utf-8")
    except (OSError, ValueError, configparser.Error):
        return {}
    return dict(parser[section]) if parser.has_section(section) else {}
