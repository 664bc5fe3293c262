import logging

import pytest

from suite.app import catalogue
from suite.base import places
from suite.base.errors import SuiteError
from suite.base.places import reproductions
from suite.judging import published
from suite.judging.published import load

ROOT = reproductions().parent / "results" / "published"

# Bui et al. 2019 (arXiv 1912.07868), Table 1: mean and SD of weight sparsity, neuron sparsity and test error.
TABLE_1 = {
    "hard_concrete@gates ignored in the count": ((0.02, None), (0, 0), (0.69, 0.02)),
    "cges": ((94.12, 0.26), (39.33, 1.61), (0.65, 0.04)),
    "group_lasso": ((88.38, 0.49), (69.39, 0.64), (0.76, 0.02)),
    "sparse_group_lasso": ((93.50, 0.13), (73.52, 0.49), (0.77, 0.03)),
    "sgl0": ((89.27, 0.46), (68.25, 0.49), (0.67, 0.02)),
}


@pytest.fixture
def shipped(monkeypatch):
    monkeypatch.setattr(published, "root", lambda: ROOT)


@pytest.mark.usefixtures("shipped")
def test_table_1_of_the_sgl0_paper_is_stored_as_printed():
    table = load("sgl0.toml#table1")
    found = {(row, metric): (number.value, number.sd) for (row, metric), number in table.numbers.items()}
    metrics = ("weight_sparsity", "neuron_sparsity", "test_error")
    assert found == {(row, metric): pair for row, pairs in TABLE_1.items() for metric, pair in zip(metrics, pairs, strict=True)}
    assert {(n.n, n.unit, n.status, n.source) for n in table.numbers.values()} == {(5, "%", "exact", "arXiv 1912.07868, Table 1")}
    l0 = table.get("hard_concrete@gates ignored in the count", "weight_sparsity")
    assert l0.sd_text == "<0.01"
    assert "gates" in l0.warning


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("figure", ["figure1", "figure2"])
def test_values_of_the_figures_are_not_found(figure):
    table = load(f"sgl0.toml#{figure}")
    assert table.status == "not found"
    assert not table.numbers


@pytest.mark.usefixtures("shipped")
def test_every_published_row_is_a_row_of_the_table():
    rows = {cell.row for cell in catalogue.get("sgl0/table1").cells}
    assert {row.partition("@")[0] for row, _ in load("sgl0.toml#table1").numbers} <= rows


def test_root_is_beside_the_reproductions(monkeypatch, tmp_path):
    monkeypatch.undo()
    monkeypatch.setattr(places, "reproductions", lambda: tmp_path / "site-packages" / "reproductions")
    assert published.root() == tmp_path / "site-packages" / "results" / "published"


def test_where_the_file_is_not_installed_there_are_no_numbers_and_a_warning(caplog):
    with caplog.at_level(logging.WARNING):
        assert not load("other.toml#table").numbers
    assert "other.toml" in caplog.text


def test_no_reference_no_numbers(caplog):
    assert not load(None).numbers
    assert not caplog.records


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[numbers", "cannot be read"),
        ("[others]\nn = 5", "has no table 'numbers'; it has others"),
        ('[numbers.rows.a]\nm = { value = "88.4" }', "a.m: '88.4' is not a number"),
        ("[numbers.rows.a]\nm = { sd = 1.0 }", "a.m: None is not a number"),
        ("[numbers.rows.a]\nm = { value = 1.0, std = 1.0 }", "std"),
    ],
)
def test_a_faulty_file_is_an_error_in_one_line(papers, text, message):
    (papers / "demo.toml").write_text(text)
    with pytest.raises(SuiteError, match=r"^[^\n]*$") as caught:
        load("demo.toml#numbers")
    assert message in str(caught.value)


def test_a_number_inherits_from_row_and_table():
    number = load("demo.toml#numbers").get("special", "weight_sparsity")
    assert (number.n, number.warning, number.sd, number.text(1)) == (5, "50 % of this_row.", None, ("50.0", " ± <0.01"))
    assert load("demo.toml#numbers").get("special", "test_error").text(2) == ("not found", "")


FLIP_SIDE = ("vardrop+lr+ar", "vardrop+lr", "vardrop", "eta_trick", "ada_prox", "ada_tikhonov", "log_sum")


@pytest.mark.usefixtures("shipped")
def test_the_curves_of_the_case_study_end_at_its_table():
    found, last = published.curves("flip_side_curves.csv"), load("flip_side.toml#figure2")
    assert set(found) == {(row, metric) for row in FLIP_SIDE for metric in ("weights_left", "validation_error")} == set(last.numbers)
    for key, points in found.items():
        assert [place for place, _ in points] == [epoch / 2 for epoch in range(1, 201)]
        assert points[-1][1] == pytest.approx(last.get(*key).value)
    printed = load("flip_side.toml#table1")
    for row in FLIP_SIDE:
        assert found[row, "weights_left"][-1][1] == pytest.approx(printed.get(row, "weights_left").value, abs=0.006)
    assert found["ada_prox", "weights_left"][0] == (0.5, pytest.approx(100 - 64.93))


def test_curves_that_are_not_there_or_no_numbers(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(published, "root", lambda: tmp_path)
    with caplog.at_level(logging.WARNING):
        assert published.curves("gone.csv") == {}
    assert "gone.csv is not installed" in caplog.text
    for text in ("row,epoch,error\na,1,2\n", "row,training,error\na,1,two\n", "row,training,error\na,1\n"):
        (tmp_path / "odd.csv").write_text(text, encoding="utf-8")
        with pytest.raises(SuiteError, match=r"results/published/odd\.csv cannot be read"):
            published.curves("odd.csv")
