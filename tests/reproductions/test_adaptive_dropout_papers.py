"""The reproductions of adaptive dropout: their settings are those of the authors' code, and their counts those of the papers."""

from __future__ import annotations

import pytest

from suite.app.catalogue import get
from suite.experiment.metrics import derived
from suite.judging.published import load

CASE, SPARSE = get("flip-side/table1"), get("sparse-vd/table1")


def specs(table, profile="paper"):
    return {line.cell.row: line.spec for line in table.at(profile, 1).lines}


def test_the_case_study_has_the_settings_of_the_notebook():
    found = specs(CASE)
    rates = {row: spec.schedule.rate(0) for row, spec in found.items()}
    assert {row for row, rate in rates.items() if rate == pytest.approx(1e-3)} == {"vardrop+lr", "vardrop", "eta_trick"}
    assert {row for row, rate in rates.items() if rate == pytest.approx(1e-4)} == {
        *("vardrop+lr+ar", "ada_prox", "ada_tikhonov", "log_sum")
    }
    for row, spec in found.items():
        schedule = spec.schedule
        assert (schedule.epochs, schedule.batch_size, schedule.optimizer, schedule.reshuffle) == (200, 128, "adam", False)
        assert schedule.rate(100) == pytest.approx(rates[row] / 2)
        assert schedule.rate(199) == pytest.approx(rates[row] / 200)
        assert (spec.setup.validation, spec.setup.normalise, spec.model) == (0.2, (0.1307, 0.3081), "lenet_300_100")
        assert spec.method.lam == (0.8 if row.startswith("vardrop") else 1e-3)
        assert spec.setup.start == (("normal", 0.02) if row.startswith("vardrop") else ("uniform", 1.0))
        assert schedule.epsilon * (60_000 if row.startswith("vardrop") else 1) == pytest.approx(1e-8)


def test_a_short_case_study_goes_as_far():
    for row, spec in specs(CASE, "quick").items():
        whole = specs(CASE)[row].schedule
        ways = [sum(schedule.rate(epoch) for epoch in range(schedule.epochs)) for schedule in (spec.schedule, whole)]
        assert ways[0] == pytest.approx(ways[1], rel=0.06)


def test_the_figure_shows_the_runs_of_the_table():
    figure = get("flip-side/figure2")
    assert figure.home == CASE.id
    for profile in CASE.settings:
        assert [spec.key for spec in figure.at(profile, 2).runs] == [spec.key for spec in CASE.at(profile, 2).runs]


def test_published_rows_and_columns_are_those_of_the_tables():
    for table in (CASE, SPARSE, get("flip-side/figure2")):
        shown = {(cell.row, column.metric) for cell in table.cells for column in table.columns}
        assert set(load(table.published).numbers) <= shown
    assert len(load(CASE.published).numbers) == 14


def test_sparse_variational_dropout_has_the_settings_of_the_scripts():
    for row, spec in specs(SPARSE).items():
        schedule = spec.schedule
        assert (schedule.epochs, schedule.batch_size, schedule.rate(0)) == (200, 100, 1e-3)
        line = (1e-3, 1e-3, 0.5e-3) if row.startswith("LeNet-300-100") else (0.75e-3, 0.5e-3, 0.25e-3)
        assert [schedule.rate(epoch) for epoch in (50, 100, 150)] == pytest.approx(line)
        assert (spec.setup.normalise, spec.setup.centred) == ((0.0, 256 / 255), True)
    method = specs(SPARSE)["LeNet-5/sparse_vd"].method
    assert (method.parameter, method.start, method.clamp, method.threshold, method.lam) == ("log_sigma2", -10, 8, 3, 1)
    assert [share * 200 for share in (method.warm_from, method.warm_to)] == [5, 20]


@pytest.mark.parametrize(
    ("net", "sizes", "printed"),
    [("LeNet-300-100", (235_200, 30_000, 1_000), 69.9), ("LeNet-5", (500, 25_000, 400_000, 5_000), 251.0)],
)
def test_published_compressions_count_weights_and_no_indices(net, sizes, printed):
    """As far as the printed sparsities are round: 68 and 280 are printed, half of that would be the count with indices."""
    numbers = load(SPARSE.published).numbers
    sparsities = [numbers[f"{net}/sparse_vd", f"layer_sparsity_{i}"].value for i, _ in enumerate(sizes, 1)]
    left = sum(size * (1 - sparsity / 100) for size, sparsity in zip(sizes, sparsities, strict=True))
    layers = {str(i): sparsity for i, sparsity in enumerate(sparsities)}
    found = derived({"metrics": {"weight_sparsity_exact": 100 * (1 - left / sum(sizes))}, "layers": layers})
    assert found["compression"] == pytest.approx(printed, rel=2e-3)
    assert found["compression_indexed"] == pytest.approx(printed / 2, rel=2e-3)
    assert abs(found["compression"] / numbers[f"{net}/sparse_vd", "compression"].value - 1) < 0.12
    assert [found[f"layer_sparsity_{i}"] for i, _ in enumerate(sizes, 1)] == sparsities
    nothing = derived({"metrics": {"weight_sparsity_exact": 100.0}})
    assert not {"compression", "compression_indexed"} & set(nothing)
