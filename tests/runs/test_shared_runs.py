"""A table may show the runs kept in another's folder, several data sets, and cells whose data is not there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from suite import data
from suite.app import api
from suite.app.results import Results
from suite.experiment.metrics import Column
from suite.experiment.reproduction import Profile, Reproduction, grid
from suite.methods import method
from suite.methods.schedule import Schedule
from suite.records.store import Store
from suite.runs import planning

ERROR = Column("test_error", "test error", better="lower")


def rows(*methods, dataset="digits", group="", **shared):
    return grid(dataset=dataset, model="lenet_300_100", method=[method(m) for m in methods], group=group, **shared)


@pytest.fixture
def home(table):
    return table("dense", "l1")


@pytest.fixture
def view(home):
    return replace(home, id="fake/view", cells=home.cells[:1], runs_in=home.id, columns=(ERROR,))


def test_a_view_reuses_the_runs_of_its_home(home, view, compute_table, tmp_path):
    compute_table(home, 2)
    results = compute_table(view, 2)
    assert results.counts == {"computed": 0, "reused": 2, "failed": 0, "diverged": 0}
    assert results.folder != compute_table(home, 2).folder
    assert not (results.folder / "runs").exists()


def test_what_a_view_computes_its_home_reuses(home, view, compute_table):
    assert compute_table(view, 1).counts["computed"] == 1
    assert compute_table(home, 1).counts == {"computed": 1, "reused": 1, "failed": 0, "diverged": 0}


def test_a_view_shows_no_more_seeds_than_it_asks_for(home, view, compute_table, store):
    """A home shows every seed that any row has."""
    out = store.folder.parents[2]
    compute_table(home, 1)
    compute_table(replace(home, cells=home.cells[:1]), 3)
    assert Results.load(home, "smoke", out).seeds == 3
    assert Results.load(replace(view, seeds=2), "smoke", out).seeds == 2
    assert Results.load(replace(view, seeds=5), "smoke", out).seeds == 3
    assert Results.load(replace(view, cells=home.cells[1:]), "smoke", out).seeds == 1


def test_a_plan_of_a_view_knows_the_runs_of_its_home(home, view, compute_table, store):
    compute_table(home, 1)
    assert planning.plan(view.at("smoke", 1), store.folder.parents[2], 1).missing == 0


def test_groups_may_have_schedules_of_their_own():
    cells = (*rows("dense", group="short"), *rows("dense", group="long"))
    profile = Profile(Schedule(1), groups={"long": Schedule(7)})
    table = Reproduction("fake/table", "", "", cells, {"smoke": profile}, (ERROR,))
    assert [spec.schedule.epochs for spec in table.at("smoke", 1).runs] == [1, 7]
    assert table.groups == ("short", "long")


def test_series_is_the_method_without_its_strength():
    weak, strong, other = (rows(m)[0] for m in ("l1", "l1", "dense"))
    weak, strong = (replace(c, setup=replace(c.setup, method=method("l1", lam=s))) for c, s in ((weak, 0.5), (strong, 3.0)))
    assert weak.series == strong.series == "l1"
    assert other.series == "dense"
    assert weak.method.lam == 0.5


@pytest.fixture
def without_sdd(monkeypatch):
    def load(name, root=None):
        if name == "sdd":
            raise data.DataUnavailable("sdd is missing")
        return real(name, root)

    real = data.load
    monkeypatch.setattr(data, "load", load)


def two_sets(**more):
    cells = (*rows("dense", group="digits"), *rows("dense", dataset="sdd", group="sdd"))
    return Reproduction("fake/table", "t", "s", cells, {"quick": Profile(Schedule(1, batch_size=500))}, (ERROR,), **more)


def test_cells_without_data_are_left_out_and_shown_as_missing(without_sdd, tmp_path, caplog):
    results = api.reproduce(two_sets(), seeds=1, out=tmp_path, track=False)
    assert results.counts == {"computed": 1, "reused": 0, "failed": 0, "diverged": 0}
    assert [len(row.runs) for row in results.rows] == [1, 0]
    assert "0 of 1: 1 not computed" in (results.folder / "table.md").read_text()
    assert "sdd is missing. Its cells are left out." in caplog.text


def test_where_no_data_is_there_the_stand_in_takes_its_place(without_sdd):
    alone = replace(two_sets(stand_in="digits"), cells=two_sets().cells[1:])
    assert api.find_data(alone.at("quick"), None) == (alone.at("quick", stand_in=True), frozenset())
    with pytest.raises(data.DataUnavailable, match="sdd is missing"):
        api.find_data(replace(alone, stand_in=None).at("quick"), None)


def test_a_figure_without_runs_needs_neither_data_nor_runs(tmp_path):
    results = api.reproduce("integrated-tl1/figure2", out=tmp_path, track=False)
    assert results.counts["computed"] == 0
    assert (results.folder / "figure.pdf").stat().st_size > 1000
    assert not Store.of(tmp_path, "integrated-tl1/figure2", "quick").path("x").parent.exists()


def test_seeds_are_those_the_table_asks_for(tmp_path):
    table = replace(two_sets(seeds=2), cells=two_sets().cells[:1])
    assert api.reproduce(table, out=tmp_path, track=False).seeds == 2
