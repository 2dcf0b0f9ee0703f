"""`load`: a module by name, without garbage collections on the way."""

from __future__ import annotations

import gc
import importlib
import sys
from types import ModuleType


def load(name: str) -> ModuleType:
    """The module `name`, imported if need be.

    What an import makes stays, yet the collector would look through it again and again: 3 ms for the whole package, and
    20 ms more where that brings on the next full collection.
    """
    if name in sys.modules or not gc.isenabled():
        return importlib.import_module(name)
    gc.disable()
    try:
        return importlib.import_module(name)
    finally:
        if not gc.get_freeze_count():
            # Both together put what is there among the old objects, without a look at it.
            gc.freeze()
            gc.unfreeze()
        gc.enable()
