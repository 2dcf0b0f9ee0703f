"""Puts our hooks in when botocore is imported: importing it ourselves would cost every suite some 100 ms."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from pytest_ddbmock.loading import load

INSTALLERS = {
    "botocore.handlers": ("botocore_installation", "install"),
    "botocore.endpoint": ("botocore_retries", "install_in_endpoint"),
    "botocore.waiter": ("botocore_retries", "install_in_waiter"),
    "botocore.retries.bucket": ("botocore_retries", "install_in_bucket"),
    "aiobotocore.endpoint": ("aiobotocore_hooks", "install_in_endpoint"),
    "aiobotocore.waiter": ("aiobotocore_hooks", "install_in_waiter"),
    "aiobotocore.retries.bucket": ("aiobotocore_hooks", "install_in_bucket"),
}
"""By module: our module and the function that is given it, as often as you like."""

_installed: dict[str, ModuleType] = {}
"""Modules that have what they need. They can be imported anew, so a name alone says nothing."""


def watch() -> None:
    """Act as soon as botocore is imported. What has been imported already is left to `ensure_installed`."""
    if not any(isinstance(finder, Watch) for finder in sys.meta_path):
        sys.meta_path.insert(0, Watch())


def ensure_installed() -> None:
    """Have our hooks in all that is imported now and in all that will be."""
    watch()
    for name in INSTALLERS:
        module = sys.modules.get(name)
        # A module that another thread is importing is the watch's.
        if module is not None and _installed.get(name) is not module and not _is_being_imported(module):
            install_in(module)


def install_in(module: ModuleType) -> None:
    """Put our hooks into one module of botocore."""
    ours, function = INSTALLERS[module.__name__]
    getattr(load(f"pytest_ddbmock.transports.clients.{ours}"), function)(module)
    _installed[module.__name__] = module


def _is_being_imported(module: ModuleType) -> bool:
    return bool(getattr(module.__spec__, "_initializing", False))


class Watch(MetaPathFinder):
    """Finds nothing itself: has the others find the modules in question and adds our hooks after they have run."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec that the other finders give, with a loader that calls us."""
        if fullname not in INSTALLERS:
            return None
        # Those before us were asked already.
        for finder in sys.meta_path[sys.meta_path.index(self) + 1 :]:
            spec = finder.find_spec(fullname, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = InstallingLoader(spec.loader)
                return spec
        return None


class InstallingLoader(Loader):
    """Loads as `loader` does, then leaves no trace but our hooks."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As `loader` does."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """As `loader` does; then our hooks."""
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        install_in(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)
