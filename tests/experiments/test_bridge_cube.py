"""Cubes of xarray and NetCDF files: every number in its place, with its factors, unit and where it comes from."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest
from experiments import made_up_readings as made_up
from experiments import small

from simulation.bridges import cube
from simulation.experiments.design import Design
from simulation.experiments.pools import SweepError
from simulation.experiments.sweeping import sweep

xr = pytest.importorskip("xarray")
REGIMES = list(small.REGIMES)
OUTCOMES = ["need", "recorded_performance"]


@pytest.fixture(scope="module")
def grid(tmp_path_factory):
    asked = Design(name="small", scenario="town", set=small.TINY, regimes=REGIMES, method="grid", replications=2,
                   seed=7, series="all", outcomes=OUTCOMES,
                   vary={"need.growth": [0.1, 0.2, 0.3], "world.people": [200, 300]})
    return sweep(asked, tmp_path_factory.mktemp("cube") / "store", workers=1)


def made(points: int = 4):
    values = np.arange(points * 3 * 2, dtype=float).reshape(points, 3, 2)
    values[1, 2] = np.nan
    places = np.column_stack([np.linspace(0.02, 0.1, points), np.ones(points)])
    return made_up.readings({"need": values}, [made_up.GROWTH, made_up.SWITCH], places, "latin hypercube",
                            scenario="A town", code="1-abc", accepted_runs=0, versions={"numpy": "2"}, nothing=None)


def test_every_number_is_in_its_place():
    readings = made()
    found = cube.to_xarray(readings)
    assert dict(found.sizes) == {"point": 4, "replication": 3, "regime": 2}
    frame = readings.frame()
    for row in frame.itertuples():
        here = found.sel(point=row.point, replication=row.replication, regime=row.regime)
        assert np.array_equal([float(here["need"]), int(here["seed"])], [row.need, row.seed], equal_nan=True)
    assert np.array_equal(found["need.growth"], readings.points[:, 0])
    apart = found["need"].sel(regime="b") - found["need"].sel(regime="a")
    assert np.array_equal(apart, readings.differences("need"), equal_nan=True)


def test_it_says_what_it_is_and_where_it_comes_from():
    found = cube.to_xarray(made())
    assert found["need.growth"].attrs == {"long_name": "How fast needs grow", "units": "per week"}
    assert found["need"].attrs["better"] == "lower" and found["need"].attrs["meaning"]
    told = found.attrs
    assert (told["design"], told["method"], told["scenario"], told["code"]) == ("made up", "latin hypercube", "A town",
                                                                                "1-abc")
    assert json.loads(told["versions"]) == {"numpy": "2"} and told["accepted_runs"] == "0" and "nothing" not in told
    assert "not a forecast" in told["comment"]


@pytest.mark.parametrize("by_factor", [False, True])
def test_weekly_series_have_their_factors_and_come_back_from_a_file(grid, tmp_path, by_factor):
    pytest.importorskip("h5netcdf")
    found = cube.weekly(grid.store, None, OUTCOMES, by_factor=by_factor)
    where = {"need.growth": 3, "world.people": 2} if by_factor else {"point": 6}
    assert dict(found.sizes) == {**where, "replication": 2, "regime": 2, "week": 6}
    kept = grid.store.series(None, OUTCOMES)
    points = grid.readings(OUTCOMES).points
    for _, row in kept.iloc[::7].iterrows():
        place = dict(zip(["need.growth", "world.people"], points[row["point"]], strict=True)) if by_factor else {
            "point": row["point"]}
        here = found.sel(**place, replication=row["replication"], regime=row["regime"], week=row["week"])
        for name in OUTCOMES:
            assert np.array_equal(float(here[name]), row[name], equal_nan=True)
    assert list(found["regime"].values) == REGIMES and found["need.growth"].attrs["units"] == "per week"
    path = cube.save_netcdf(found, tmp_path / "weekly.nc")
    with xr.open_dataset(path, engine="h5netcdf") as again:
        xr.testing.assert_identical(again.load(), found)


def test_a_cube_of_its_points_comes_back_from_a_file(tmp_path):
    pytest.importorskip("h5netcdf")
    found = cube.to_xarray(made())
    with xr.open_dataset(cube.save_netcdf(found, tmp_path / "cube.nc"), engine="h5netcdf") as again:
        xr.testing.assert_identical(again.load(), found)


def test_a_grid_has_a_dimension_a_factor(grid):
    readings = grid.readings(OUTCOMES)
    found = cube.to_xarray(readings, by_factor=True)
    for i, (growth, people) in enumerate(readings.points):
        here = found.sel({"need.growth": growth, "world.people": people})
        assert np.array_equal(here["need"], readings.values["need"][i])
        assert np.array_equal(here["seed"], readings.seeds[i])
    assert found["seed"].dtype == np.int64


def test_what_cannot_be_is_said(grid, tmp_path, monkeypatch):
    with pytest.raises(SweepError, match="only a grid has a dimension for every factor; .*latin hypercube"):
        cube.to_xarray(made(), by_factor=True)
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "h5netcdf", None)
        with pytest.raises(SweepError, match=r"h5netcdf, which is not installed; .*care-regimes\[research\]"):
            cube.save_netcdf(cube.to_xarray(made()), tmp_path / "cube.nc")
        without.setitem(sys.modules, "xarray", None)
        for give in (lambda: cube.to_xarray(made()), lambda: cube.weekly(grid.store, "small")):
            with pytest.raises(SweepError, match=r"xarray, which is not installed; .*care-regimes\[research\]"):
                give()
    bare = sweep(grid.design.changed(name="bare", series="none", seed=8, replications=1), grid.store, workers=1)
    with pytest.raises(SweepError, match="no series were kept; .*`series: first`"):
        cube.weekly(grid.store, bare.folder.name)
