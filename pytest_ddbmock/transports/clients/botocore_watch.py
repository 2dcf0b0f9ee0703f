"""Installs our hooks when botocore is imported: importing it ourselves would cost every suite some 100 ms."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from pytest_ddbmock.loading import load

INSTALLERS = {
    "botocore.handlers": ("botocore_installation", "install_in_handlers"),
    "botocore.client": ("botocore_installation", "install_in_client"),
    "botocore.endpoint": ("botocore_retries", "install_in_endpoint"),
    "botocore.waiter": ("botocore_retries", "install_in_waiter"),
    "botocore.retries.bucket": ("botocore_retries", "install_in_bucket"),
    "aiobotocore.endpoint": ("aiobotocore_hooks", "install_in_endpoint"),
    "aiobotocore.waiter": ("aiobotocore_hooks", "install_in_waiter"),
    "aiobotocore.retries.bucket": ("aiobotocore_hooks", "install_in_bucket"),
}
"""By module: our module, and the function that is called with it once."""

_installed: dict[str, ModuleType] = {}
"""Modules that have our hooks, by name. A module can be imported anew, so its name alone says nothing."""


def watch() -> None:
    """Install hooks as soon as botocore is imported; `ensure_installed` does so in what is imported already."""
    if not any(isinstance(finder, Watch) for finder in sys.meta_path):
        sys.meta_path.insert(0, Watch())


def ensure_installed() -> None:
    """Install our hooks in all modules that are imported now, and in all that will be."""
    watch()
    for name in INSTALLERS:
        module = sys.modules.get(name)
        # A module that another thread is importing is left to the watch.
        if module is not None and _installed.get(name) is not module and not _is_being_imported(module):
            install_in(module)


def install_in(module: ModuleType) -> None:
    """Install our hooks in one module of botocore."""
    ours, function = INSTALLERS[module.__name__]
    getattr(load(f"pytest_ddbmock.transports.clients.{ours}"), function)(module)
    _installed[module.__name__] = module


def _is_being_imported(module: ModuleType) -> bool:
    return bool(getattr(module.__spec__, "_initializing", False))


class Watch(MetaPathFinder):
    """Finds nothing itself: lets the other finders find the modules and installs our hooks after they have run."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec that the other finders return, with a loader that calls us."""
        if fullname not in INSTALLERS:
            return None
        # Those before us have been asked already.
        for finder in sys.meta_path[sys.meta_path.index(self) + 1 :]:
            spec = finder.find_spec(fullname, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = InstallingLoader(spec.loader)
                return spec
        return None


class InstallingLoader(Loader):
    """Loads as `loader` does, then leaves no trace except our hooks."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Do as `loader` does."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Do as `loader` does, then install our hooks."""
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        install_in(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)
