"""What is read from a store: by this program, and by pandas, polars and DuckDB without it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from experiments import made_up_rows as made

from simulation.experiments import parts
from simulation.experiments.design import Design
from simulation.experiments.store import Store, StoreError

REGIMES = ("targets", "trust-and-learning")
POINTS, REPLICATIONS = 3, 4


def design(**changes) -> Design:
    return Design(**{"name": "small", "title": "Small", "scenario": "town", "regimes": REGIMES, "method": "list",
                     "points": [{"need.growth": 0.1, "world.people": 5000}, {"need.growth": 0.2, "world.people": 400},
                                {"need.growth": 0.05, "world.people": 700}],
                     "replications": REPLICATIONS, "outcomes": ["need", "deaths"], **changes})


def number(point: int, replication: int, regime: int) -> int:
    return 100 * point + 10 * replication + regime


def cells() -> list[tuple[int, int, int]]:
    return [(p, r, g) for r in range(REPLICATIONS) for p in range(POINTS) for g in range(2)]


def plan(places, code: str = made.CODE, numbered=number) -> pa.Table:
    numbers = [numbered(*place) for place in places]
    return pa.table({
        "point": pa.array([p for p, _, _ in places], pa.int32()),
        "replication": pa.array([r for _, r, _ in places], pa.int32()),
        "regime": [REGIMES[g] for *_, g in places],
        "seed": pa.array([10 * p + r for p, r, _ in places], pa.int64()),
        "run": [made.run(i, code) for i in numbers], "inputs": [made.inputs(i) for i in numbers]})


def begun(path, code: str = made.CODE, **changes) -> tuple[Store, str]:
    """A store with a design and its plan; the folder of the design."""
    opened = Store.open(path)
    folder = opened.register(design(**changes), code)
    opened.add_plan(folder, plan(cells(), code))
    return opened, folder.name


@pytest.fixture
def whole(tmp_path):
    """Every run in parts of seven, some twice, with runs of nobody's design between them."""
    opened, folder = begun(tmp_path / "s")
    numbers = [number(*cell) for cell in cells()]
    for begin in range(0, len(numbers), 6):
        opened.add(made.rows([*numbers[begin:begin + 7], 5000 + begin]))
    return opened, folder


def expected(name: str = "need") -> np.ndarray:
    table = np.array([[[number(p, r, g) for g in range(2)] for r in range(REPLICATIONS)] for p in range(POINTS)], float)
    return table / 7 if name == "need" else np.where(table % 5 == 0, np.nan, -table)


# this program


def test_readings_are_the_numbers_that_were_added(whole):
    opened, folder = whole
    found = opened.readings("small", ["need", "deaths", "cost"])
    assert found.shape == (POINTS, REPLICATIONS, 2) and found.regimes == REGIMES and found.method == "list"
    assert np.array_equal(found.values["need"], expected())
    assert np.array_equal(found.values["deaths"], expected("deaths"), equal_nan=True)
    assert np.isnan(found.values["cost"]).all()
    assert (found.failures, found.missing) == (0, 0)
    assert np.array_equal(found.seeds, [[10 * p + r for r in range(REPLICATIONS)] for p in range(POINTS)])
    assert np.array_equal(found.points, design().sample.values)
    assert np.array_equal(found.places, design().sample.places, equal_nan=True)
    assert [f.name for f in found.factors] == ["need.growth", "world.people"]
    assert found.factors == tuple(f.varied for f in design().factors)
    assert found.about["folder"] == folder and found.about["code"] == made.CODE
    assert opened.readings(folder).outcomes == opened.readings().outcomes == ("need", "deaths")


def test_readings_are_the_same_after_merging(whole):
    opened, _ = whole
    opened.compact(minimum=2)
    assert np.array_equal(opened.readings("small", ["need"]).values["need"], expected())


def test_what_is_missing_and_what_failed_is_counted_and_nan(tmp_path):
    opened, folder = begun(tmp_path / "s")
    opened.add(made.rows([number(0, 0, 0), number(0, 0, 1), number(1, 2, 0)]))
    opened.add(made.rows([number(1, 2, 0), number(1, 2, 1), number(2, 3, 1)], status="failed"))
    found = opened.readings("small")
    there = ~np.isnan(found.values["need"])
    assert [tuple(place) for place in np.argwhere(there)] == [(0, 0, 0), (0, 0, 1), (1, 2, 0)]
    assert (found.failures, found.missing) == (2, 24 - 5)
    failures = opened.failures("small")
    assert failures[["point", "replication", "regime", "seed"]].values.tolist() == [[1, 2, REGIMES[1], 12],
                                                                                  [2, 3, REGIMES[1], 23]]
    assert failures["error"].tolist() == ["ValueError: no such world"] * 2
    assert failures["command"].tolist() == [f"regimes run {number(1, 2, 1)}", f"regimes run {number(2, 3, 1)}"]
    assert failures["run"].tolist() == [made.run(number(1, 2, 1)), made.run(number(2, 3, 1))]


def test_a_store_without_runs_reads_as_missing(tmp_path):
    opened, _ = begun(tmp_path / "s")
    found = opened.readings("small")
    assert np.isnan(found.values["need"]).all() and found.missing == 24
    assert len(opened.failures("small")) == len(opened.series("small")) == 0
    bare = Store.open(tmp_path / "t")
    bare.register(design(), made.CODE)
    nothing = bare.readings("small")
    assert nothing.shape == (POINTS, 0, 2) and nothing.missing == 0 and bare.failures("small").empty


def test_a_ragged_plan_has_places_that_nobody_asked_for(tmp_path):
    opened = Store.open(tmp_path / "s")
    folder = opened.register(design(), made.CODE)
    asked = [cell for cell in cells() if cell[1] < 2 or cell[0] == 1]
    opened.add_plan(folder, plan(asked))
    opened.add(made.rows([number(*cell) for cell in cells()]))
    found = opened.readings("small", ["need"])
    assert found.shape == (POINTS, REPLICATIONS, 2) and found.missing == 0
    assert ((found.seeds >= 0).sum(axis=1) == [2, 4, 2]).all()
    assert np.array_equal(~np.isnan(found.values["need"]).any(axis=2), found.seeds >= 0)
    assert len(found.frame()) == len(asked)


def test_a_run_that_answers_two_places_stands_at_both(tmp_path):
    opened = Store.open(tmp_path / "s")
    folder = opened.register(design(series="all"), made.CODE)
    opened.add_plan(folder, plan(cells(), numbered=lambda p, r, g: number(0 if g == 0 else p, r, g)))
    numbers = sorted({number(0 if g == 0 else p, r, g) for p, r, g in cells()} - {number(0, 1, 0)})
    opened.add(made.rows(numbers), made.weeks(numbers))
    opened.add(made.rows([number(0, 1, 0)], status="failed"))
    found = opened.readings("small")
    assert np.array_equal(found.values["need"][2, 0], [number(0, 0, 0) / 7, number(2, 0, 1) / 7])
    assert np.array_equal(found.values["need"][0, :, 0], found.values["need"][2, :, 0], equal_nan=True)
    assert found.failures == len(opened.failures("small")) == 3 and found.missing == 0
    assert len(opened.series("small", ["need"])) == 3 * (24 - 3)


def test_versions_of_the_code_are_never_mixed(tmp_path):
    opened, mine = begun(tmp_path / "s")
    _, theirs = begun(tmp_path / "s", made.OTHER)
    numbers = [number(*cell) for cell in cells()]
    opened.add(made.rows(numbers[:10]))
    opened.add(made.rows(numbers, made.OTHER, need=1000))
    assert mine != theirs
    found = opened.readings(mine, ["need"])
    assert found.missing == 14 and np.nanmax(found.values["need"]) < 1000
    assert np.nanmin(opened.readings(theirs, ["need"]).values["need"]) >= 1000
    assert opened.readings(theirs, ["need"]).missing == 0


def test_runs_of_a_version_that_was_accepted_stand_in_where_there_are_no_own(tmp_path):
    opened, mine = begun(tmp_path / "s", series="all")
    numbers = [number(*cell) for cell in cells()]
    opened.add(made.rows(numbers, made.OTHER, need=1000), made.weeks(numbers, code=made.OTHER))
    opened.add(made.rows(numbers[:10]), made.weeks(numbers[:10]))
    opened.add(made.rows(numbers[10:12], status="failed"))
    assert opened.readings(mine).missing == 12 and len(opened.failures(mine)) == 2
    opened.accept(made.OTHER, made.CODE)
    found = opened.readings(mine, ["need"])
    assert (found.missing, found.failures, found.about["accepted_runs"]) == (0, 0, 14)
    assert (found.values["need"] < 1000).sum() == 10
    assert found.about["accepted_codes"] == [made.OTHER]
    assert opened.failures(mine).empty
    assert len(opened.series(mine, ["need"])) == 24 * 3


def test_an_accepted_version_that_failed_as_well_is_one_failure(tmp_path):
    opened, mine = begun(tmp_path / "s")
    opened.add(made.rows([number(0, 0, 0), number(0, 0, 1)], made.OTHER, status="failed"))
    opened.add(made.rows([number(0, 0, 0)], status="failed"))
    opened.accept(made.OTHER, made.CODE)
    assert opened.readings(mine).failures == 2
    assert opened.failures(mine)["code"].tolist() == [made.CODE, made.OTHER]


def test_series_come_by_point_and_tick_and_once(tmp_path):
    opened, _ = begun(tmp_path / "s", series="first")
    first = [number(*cell) for cell in cells() if cell[1] == 0]
    for numbers in (first, [first[2], 7777]):
        opened.add(made.rows(numbers), made.weeks(numbers))
    opened.add(made.rows([number(0, 1, 0)]))
    found = opened.series("small", ["need"])
    assert list(found.columns) == ["point", "replication", "regime", "tick", "week", "need"]
    assert len(found) == 6 * 3 and (found["replication"] == 0).all()
    assert found["point"].tolist() == sorted(found["point"]) and found["tick"].tolist() == [0, 1, 2] * 6
    one = found[(found["point"] == 2) & (found["regime"] == REGIMES[1])]
    assert one["need"].tolist() == [201.0, 201.1, 201.2] and one["week"].tolist() == [1, 2, 3]


def test_series_without_their_row_do_not_count(tmp_path):
    opened, _ = begun(tmp_path / "s", series="all")
    opened.add(made.rows([number(0, 0, 0)]), made.weeks([number(0, 0, 0), number(0, 0, 1)]))
    assert set(opened.series("small", ["need"])["regime"]) == {REGIMES[0]}


def test_reading_begins_again_where_a_file_was_merged_away(whole, monkeypatch):
    opened, _ = whole
    honest, times = parts.batches, []

    def merged_meanwhile(paths, columns, codes=None):
        for i, batch in enumerate(honest(paths, columns, codes)):
            yield batch
            if codes is not None and i == 1:
                times.append(1)
                if len(times) == 1:
                    raise FileNotFoundError("merged")

    monkeypatch.setattr(parts, "batches", merged_meanwhile)
    found = opened.readings("small", ["need"])
    assert len(times) == 2 and np.array_equal(found.values["need"], expected()) and found.missing == 0


def test_outcomes_and_designs_that_do_not_exist_name_the_nearest(whole):
    opened, folder = whole
    with pytest.raises(StoreError, match="'deths'.*did you mean 'deaths'"):
        opened.readings("small", ["deths"])
    with pytest.raises(StoreError, match="unknown design 'large'"):
        opened.readings("large")
    (opened.path / "designs" / folder / "points.parquet").unlink()
    with pytest.raises(StoreError, match="points.parquet cannot be read.*without losing a run"):
        opened.readings("small")


# everybody else: STORE is the store's folder, DESIGN the folder of a design in it


def with_pandas(store: str, folder: str) -> pd.DataFrame:
    import pandas as pd

    runs = pd.read_parquet(f"{store}/runs", columns=["run", "status", "need", "deaths"])
    runs = runs[runs["status"] == "done"].drop_duplicates("run")
    plan = pd.read_parquet(f"{store}/designs/{folder}/plan").drop_duplicates()
    points = pd.read_parquet(f"{store}/designs/{folder}/points.parquet")
    return plan.merge(points, on="point").merge(runs, on="run")


def with_polars(store: str, folder: str) -> pd.DataFrame:
    import polars as pl

    runs = pl.scan_parquet(f"{store}/runs/*.parquet").filter(pl.col("status") == "done").unique("run")
    plan = pl.scan_parquet(f"{store}/designs/{folder}/plan/*.parquet").unique()
    points = pl.scan_parquet(f"{store}/designs/{folder}/points.parquet")
    found = plan.join(points, on="point").join(runs.select("run", "need", "deaths"), on="run").collect()
    return pd.DataFrame(found.to_dict(as_series=False))


def with_duckdb(store: str, folder: str) -> pd.DataFrame:
    import duckdb

    return duckdb.sql(f"""
        SELECT * EXCLUDE (status)
        FROM (SELECT DISTINCT * FROM '{store}/designs/{folder}/plan/*.parquet')
        JOIN '{store}/designs/{folder}/points.parquet' USING (point)
        JOIN (SELECT DISTINCT ON (run) run, status, need, deaths FROM '{store}/runs/*.parquet' WHERE status = 'done')
        USING (run)
    """).df()


@pytest.mark.parametrize("merged", [False, True])
@pytest.mark.parametrize(("library", "reader"), [("pandas", with_pandas), ("polars", with_polars),
                                                 ("duckdb", with_duckdb)])
def test_other_tools_read_the_same_numbers(whole, library, reader, merged):
    pytest.importorskip(library)
    opened, folder = whole
    opened.add(made.rows([number(0, 0, 0), 9999], status="failed"))
    if merged:
        opened.compact(minimum=2)
    keys = ["point", "replication", "regime"]
    columns = [*keys, "seed", "need.growth", "world.people", "need", "deaths"]
    found = reader(str(opened.path), folder).sort_values(keys).reset_index(drop=True)[columns]
    mine = opened.readings("small", ["need", "deaths"]).frame().sort_values(keys).reset_index(drop=True)[columns]
    assert len(found) == POINTS * REPLICATIONS * 2
    pd.testing.assert_frame_equal(found, mine, check_dtype=False, check_exact=True)
    by_regime = found.groupby("regime")["need"].mean()
    assert by_regime[REGIMES[1]] == pytest.approx(expected()[:, :, 1].mean(), rel=1e-12)


def test_other_tools_read_folders_in_which_nothing_is_finished(whole):
    """What is being written lies where no reader looks."""
    opened, folder = whole
    (opened.path / ".writing" / "half.parquet").write_bytes(b"PAR1")
    assert len(with_pandas(str(opened.path), folder)) == 24
