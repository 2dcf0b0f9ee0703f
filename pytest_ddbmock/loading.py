"""`load`: a module by name, without garbage collections on the way."""

from __future__ import annotations

import gc
import importlib
import sys
from types import ModuleType


def load(name: str) -> ModuleType:
    """The module `name`, imported if need be.

    What an import makes is no garbage; looked through again and again it takes 3 ms for the whole package, and the next
    full collection, 20 ms with botocore, comes that much earlier.
    """
    if name in sys.modules or not gc.isenabled():
        return importlib.import_module(name)
    gc.disable()
    try:
        return importlib.import_module(name)
    finally:
        gc.enable()
