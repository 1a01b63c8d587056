"""What a result needs to be made again: versions, machine, keys. No names of users, no paths."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shlex
from collections.abc import Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

DISTRIBUTION = "care-regimes"
PACKAGES = ("numpy", "numba", "llvmlite", "scipy", "pandas", "pyarrow", "altair", "vl-convert-python", "mesa",
            "networkx", "pydantic", "jinja2")
"""Packages whose version could change a number or a picture."""


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


@cache
def project_version() -> str:
    """The version of this project as installed; `not installed` when it runs straight from a checkout."""
    return _version(DISTRIBUTION) or "not installed"


def model_version() -> str:
    """The version of the model: it changes only when the same inputs give other numbers."""
    try:
        from simulation.engine import MODEL_VERSION
    except ImportError:
        return "unversioned"
    return str(MODEL_VERSION)


@cache
def _versions() -> tuple[tuple[str, str], ...]:
    found = [("care-regimes", project_version()), ("python", platform.python_version())]
    found += [(name, version) for name in PACKAGES if (version := _version(name)) is not None]
    return tuple(found)


def versions() -> dict[str, str]:
    """Project, Python and every package that could change a number or a picture, by name."""
    return {**dict(_versions()), "model": model_version()}


def cores() -> int:
    """Processors this process may use, which in a container can be fewer than there are."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on every system
    return max(1, len(affinity(0))) if affinity else max(1, os.cpu_count() or 1)


def machine() -> dict[str, Any]:
    """What the run time depends on: cores, system, processor type. Nothing that names a person or a computer."""
    return {"cores": cores(), "system": platform.system(), "release": platform.release(),
            "processor": platform.machine()}


def key(value: Any) -> str:
    """blake2b-128 of the canonical JSON of plain data.

    Raises:
        ValueError: the data hold a NaN or an infinity, which canonical JSON cannot say.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def digest(data: bytes) -> str:
    """blake2b-128 of a file's bytes, as the manifest of a run folder records it."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def command_line(arguments: Sequence[str]) -> str:
    """A command line for a manifest: quoted, with every path cut to its last part, because a path can name a person."""
    first, *rest = [str(argument) for argument in arguments] or [""]
    name = Path(_without_path(first)).stem
    name = "regimes" if name == "__main__" else name
    return shlex.join([name, *(_without_path(argument) for argument in rest)])


def _without_path(argument: str) -> str:
    option, equals, value = argument.partition("=") if argument.startswith("-") else ("", "", argument)
    is_path = "/" in value or "\\" in value
    return option + equals + (re.split(r"[/\\]", value.rstrip("/\\"))[-1] if is_path else value)
