from dataclasses import replace

import pytest

from suite.experiment.reproduction import Cell, Selection
from suite.judging.selection import chosen
from suite.methods import method
from suite.report.selection import selection

# Held-out error in percent and share of the weights left, by strength. n_held is 5,000 (conftest).
TRIED = {
    ("mnist", "l1_proximal"): {1e-5: (2.0, 90.0), 1e-4: (2.1, 40.0), 1e-3: (2.2, 10.0), 1e-2: (50.0, 0.0)},
    ("mnist", "integrated_tl1"): {1e-5: (3.0, 80.0), 1e-4: (2.9, 30.0), 1e-3: "diverged"},
    ("sdd", "l1_proximal"): {1e-5: "absent", 1e-4: "absent"},
}


@pytest.fixture
def results(grouped):
    cells, values = [], {}
    for (group, name), tried in TRIED.items():
        for lam, value in tried.items():
            cell = Cell.of(group, "fc3", method(name, lam=lam), group=group, name=f"{name} {lam:g}", validation=1 / 12)
            cells.append(cell)
            error, size = value if isinstance(value, tuple) else (None, None)
            metrics = {"test_error": 1.0, "validation_error": error, "weight_sparsity_exact": 100 - size} if size is not None else value
            values[cell.row] = [metrics]
    table = replace(grouped().reproduction, cells=tuple(cells), selection=Selection(), baseline="", claims=(), ranked=())
    return grouped(table=table, values=values, seeds=1)


def rows(results):
    table = selection(results)
    return {tuple(cell.text for cell in line[:3]): dict(zip(table.head, line, strict=True)) for line in table.body}


def test_the_rule_chooses_per_group_and_method(results):
    """l1: 100 sqrt(.02 * .98 / 5000) = 0.198, so 2.1 is within 2.198 and 2.2 is not. integrated TL1: 2.9 is the lowest and the smaller."""
    assert chosen(results) == {("mnist", "l1_proximal"): 1e-4, ("mnist", "integrated_tl1"): 1e-4}


def test_every_strength_is_listed_with_what_the_rule_says(results):
    found = {key: line["rule"].text for key, line in rows(results).items()}
    assert found == {
        ("mnist", "l1_proximal", "1e-05"): "within the bound",
        ("mnist", "l1_proximal", "0.0001"): "chosen",
        ("mnist", "l1_proximal", "0.001"): "beyond the bound",
        ("mnist", "l1_proximal", "0.01"): "beyond the bound",
        ("mnist", "integrated_tl1", "1e-05"): "within the bound",
        ("mnist", "integrated_tl1", "0.0001"): "chosen",
        ("mnist", "integrated_tl1", "0.001"): "diverged",
        ("sdd", "l1_proximal", "1e-05"): "not computed",
        ("sdd", "l1_proximal", "0.0001"): "not computed",
    }


def test_a_line_shows_error_size_and_bound_and_the_chosen_one_is_bold(results):
    line = rows(results)["mnist", "l1_proximal", "0.0001"]
    assert [cell.text for cell in line.values()] == ["mnist", "l1_proximal", "0.0001", "2.10", "40.00", "2.20", "chosen"]
    assert line["rule"].bold
    diverged = rows(results)["mnist", "integrated_tl1", "0.001"]
    assert [cell.text for cell in diverged.values()][3:] == ["—", "—", "3.14", "diverged"]  # 2.9 + 100 sqrt(.029 * .971 / 5000)
    assert [cell.text for cell in rows(results)["sdd", "l1_proximal", "0.0001"].values()][3:] == ["—", "—", "—", "not computed"]


def test_the_mean_over_the_seeds_counts_and_one_diverged_seed_is_enough_to_be_out(grouped, results):
    table = results.reproduction
    keep = [cell for cell in table.cells if cell.method.name == "l1_proximal" and cell.group == "mnist"]

    def metrics(error, size):
        return {"test_error": error, "validation_error": error, "weight_sparsity_exact": 100 - size}

    values = {
        "mnist/l1_proximal 1e-05": [metrics(2.0, 90.0), metrics(2.0, 90.0)],
        "mnist/l1_proximal 0.0001": [metrics(1.9, 40.0), metrics(2.3, 40.0)],
        "mnist/l1_proximal 0.001": [metrics(2.0, 10.0), metrics(2.6, 10.0)],
        "mnist/l1_proximal 0.01": [metrics(2.0, 0.0), "diverged"],
    }
    assert chosen(grouped(table=replace(table, cells=tuple(keep)), values=values, seeds=2)) == {("mnist", "l1_proximal"): 1e-4}


def test_it_is_part_of_the_page_and_of_the_terminal(results):
    page = results.table("markdown")
    assert "## Strengths tried and chosen" in page
    assert "**chosen**" in page
    assert "Chosen on mnist: l1_proximal 0.0001, integrated_tl1 0.0001" in results.table("terminal")
    for format in ("latex", "csv"):
        assert results.table(format)


def test_a_table_without_a_rule_has_no_such_section(grouped):
    assert selection(grouped()) is None
    assert chosen(grouped()) == {}
