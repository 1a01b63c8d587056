"""What a sweep found as a cube of xarray, and as a NetCDF file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.experiments.pools import SweepError
from simulation.outcomes import BY_NAME

if TYPE_CHECKING:
    import xarray as xr

    from simulation.experiments.readings import Readings
    from simulation.experiments.store import Store


def to_xarray(readings: Readings, *, by_factor: bool = False) -> xr.Dataset:
    """Outcomes over `point`, `replication` and `regime`; the factors are coordinates of `point`.

    Args: by_factor: a dimension a factor in place of `point`; only for a grid.

    Every outcome has `units`, `long_name` and `better`; the dataset says where it comes from. Seeds are a variable
    `seed` over point and replication, -1 where that replication was not asked for.

    Raises SweepError: xarray is not installed, or `by_factor` for another design than a grid.
    """
    xr = _xarray()
    variables = {name: (("point", "replication", "regime"), values, _about(name))
                 for name, values in readings.values.items()}
    variables["seed"] = (("point", "replication"), readings.seeds, {"long_name": "Seed of the pair"})
    found = xr.Dataset(variables, _coordinates(readings), _provenance(readings))
    return _spread(found, readings) if by_factor else found


def weekly(store: Store, design: str | None = None, outcomes: list[str] | None = None, *,
           by_factor: bool = False) -> xr.Dataset:
    """The weekly series that a sweep kept, over `point`, `replication`, `regime` and `week`; NaN where none were kept.

    Args: as of `Store.series` and `to_xarray`. `week`: weeks gone by at the end of the tick.

    Raises SweepError: xarray is not installed, no series were kept, or `by_factor` for another design than a grid.
    """
    xr = _xarray()
    found = store.series(design, outcomes)
    if not len(found):
        raise SweepError("no series were kept; a design keeps them with `series: first` or `series: all`")
    names = [name for name in found.columns if name in BY_NAME]
    readings = store.readings(design, names[:1])
    places = {"point": found["point"].to_numpy(np.int64), "regime": found["regime"].map(
        {name: i for i, name in enumerate(readings.regimes)}).to_numpy(np.int64)}
    coordinates = _coordinates(readings)
    said = {"replication": {}, "week": {"long_name": "Weeks gone by", "units": "weeks"}}
    for name, attributes in said.items():
        values, places[name] = np.unique(found[name].to_numpy(), return_inverse=True)
        coordinates[name] = (name, values, attributes)
    dimensions = ("point", "replication", "regime", "week")
    sizes = (len(readings.points), len(coordinates["replication"][1]), len(readings.regimes),
             len(coordinates["week"][1]))
    variables = {}
    for name in names:
        values = np.full(sizes, np.nan)
        values[tuple(places[dimension] for dimension in dimensions)] = found[name].to_numpy()
        variables[name] = (dimensions, values, _about(name))
    cube = xr.Dataset(variables, coordinates, _provenance(readings))
    return _spread(cube, readings) if by_factor else cube


def save_netcdf(cube: xr.Dataset, path: Path | str) -> Path:
    """Write a cube as NetCDF 4; the path. Raises SweepError where h5netcdf is missing, OSError as the disk does."""
    try:
        import h5netcdf  # noqa: F401
    except ImportError:
        raise SweepError(_MISSING.format("h5netcdf")) from None
    path = Path(path)
    cube.to_netcdf(path, engine="h5netcdf")
    return path


def _coordinates(readings: Readings) -> dict[str, Any]:
    """Points, replications and regimes, and every factor along the points."""
    coordinates: dict[str, Any] = {
        "point": np.arange(len(readings.points)), "replication": np.arange(readings.seeds.shape[1]),
        "regime": np.array(readings.regimes, dtype=str)}
    for i, factor in enumerate(readings.factors):
        coordinates[factor.name] = ("point", readings.points[:, i], {"long_name": factor.title, "units": factor.unit})
    return coordinates


def _spread(cube: xr.Dataset, readings: Readings) -> xr.Dataset:
    """A dimension a factor in place of `point`. Raises SweepError for another design than a grid."""
    if readings.method != "grid" or not readings.factors:
        raise SweepError(f"only a grid has a dimension for every factor; the method of {readings.design} is "
                         f"{readings.method}")
    names = [factor.name for factor in readings.factors]
    said = {name: cube[name].attrs for name in names}
    found = cube.set_index(point=names).unstack("point").transpose(*names, ...)
    for name in names:
        found[name].attrs = said[name]
    return found


_MISSING = ("this needs the package {}, which is not installed; install it with: "
            "python -m pip install 'care-regimes[research]'")


def _about(name: str) -> dict[str, str]:
    outcome = BY_NAME[name]
    return {"long_name": outcome.label, "units": outcome.unit, "better": outcome.better, "meaning": outcome.meaning}


def _provenance(readings: Readings) -> dict[str, str]:
    said = {key: value if isinstance(value, str) else json.dumps(value, default=str)
            for key, value in readings.about.items() if value not in ("", None)}
    return {"title": f"{readings.design}: {' and '.join(readings.regimes)}", "source": "care-regimes",
            "comment": "Illustrative, not a forecast.", "design": readings.design, "method": readings.method,
            "seed": str(readings.seed), **said}


def _xarray() -> Any:
    try:
        import xarray
    except ImportError:
        raise SweepError(_MISSING.format("xarray")) from None
    return xarray
