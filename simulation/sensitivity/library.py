"""SALib, loaded when it is needed, and what to say where it is missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from simulation.sensitivity.points import SensitivityError

EXTRA = "analysis"


def salib(module: str) -> Any:
    """A module of SALib, such as `sample.morris`. Raises SensitivityError where SALib is not installed."""
    try:
        return import_module(f"SALib.{module}")
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "SALib":
            raise
        raise SensitivityError("this analysis needs the package SALib, which is not installed; install it with: "
                               f"python -m pip install 'care-regimes[{EXTRA}]'") from None
