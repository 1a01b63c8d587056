"""How rules become fast: two decorators around Numba and the place where compiled code is kept.

`rule` is for one small scalar function ("what one person does"); `kernel` for the loop that applies rules to the
arrays of many places. With `NUMBA_DISABLE_JIT=1` both return the Python function: the same numbers, slowly.

Compiled kernels are cached on disk under a folder named by a hash of the engine's sources, because Numba's own stamp
covers only the file of the function and would serve stale code after an edit to a shared rule.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba.core.options import DefaultOptions

SOURCES = ("chance", "columns", "events", "kernel", "levers", "observing", "population", "relating",
           "tallies", "vocabulary", "mechanisms/*")
"""Modules in which a change can change compiled code; a test compares them with what the kernels' modules import."""


def _source_hash() -> str:
    here = Path(__file__).parent
    digest = hashlib.blake2b(numba.__version__.encode(), digest_size=8)
    for path in sorted(found for name in SOURCES for found in here.glob(f"{name}.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _cache_folder() -> Path | None:
    """The first writable of: `NUMBA_CACHE_DIR`, the user's cache, the temporary folder; None where none can be."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or os.path.expanduser("~/.cache")
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    for root in (*([chosen] if chosen else []), base, tempfile.gettempdir()):
        folder = Path(root) / "care-regimes" / f"kernels-{_source_hash()}"
        if _writable(folder):
            return folder
    return None


_folder = None if numba.config.DISABLE_JIT else _cache_folder()
CACHE = _folder is not None
if _folder is not None:
    numba.config.CACHE_DIR = str(_folder)

UNCOUNTED = {"_nrt": False} if hasattr(DefaultOptions, "_nrt") else {}
"""Kernels own no array, so none needs counting: without it the loop of care is six times faster. A kernel may therefore
not allocate; scratch comes in `Work`. Where Numba has no such option, kernels are slower and the numbers the same."""

KERNELS: list[Any] = []
"""Every compiled entry point, in the order of import: what `warm-up` compiles and reports."""


def rule(function: Callable) -> Callable:
    """One scalar rule: takes and returns numbers, never arrays."""
    return numba.njit(error_model="numpy")(function)


@rule
def wide(value):
    """A value of a float32 column as float64. `float` would do in Python, but compiled it leaves a float32 as it is."""
    return np.float64(value)


def kernel_part(function: Callable) -> Callable:
    """A part of a kernel that needs arrays: compiled into its caller, so that no array is passed."""
    return numba.njit(error_model="numpy", inline="always")(function)


def kernel(function: Callable) -> Callable:
    """One loop over the arrays of a range of places: releases the GIL, is cached on disk, is never parallel inside."""
    compiled = numba.njit(nogil=True, cache=CACHE, error_model="numpy", **UNCOUNTED)(function)
    KERNELS.append(compiled)
    return compiled
