"""The scale of every profile of every table follows from its runs: the paper's where they are the paper's, and nothing is typed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from suite.app.catalogue import get, ids
from suite.judging.scale import Deviation, deviations, scale
from suite.records.results import Results
from suite.report.departures import departures

PROFILES = [(id, profile) for id in ids() for profile in get(id).settings if "paper" in get(id).settings]


def results(id: str, profile: str, stand_in: bool = False) -> Results:
    return Results(get(id).at(profile, 1, stand_in), Path("unused"), {})


@pytest.mark.parametrize(("id", "profile"), PROFILES)
def test_there_are_deviations_exactly_where_the_runs_are_not_the_papers(id, profile):
    ours, papers = (get(id).at(name, 1).lines for name in (profile, "paper"))
    same = [line.spec.identity() for line in ours] == [line.spec.identity() for line in papers]
    assert same == (not deviations(get(id).at(profile, 1)))


@pytest.mark.parametrize(("id", "profile"), PROFILES)
def test_every_deviation_is_a_departure_beside_the_table(id, profile):
    found = scale(results(id, profile))
    listed = departures(results(id, profile))
    assert all(deviation.sentence in listed for deviation in found.deviations)


@pytest.mark.parametrize(
    ("id", "profile", "name"),
    [
        ("sgl0/table1", "paper", "paper"),
        ("sgl0/table1", "quick", "reduced"),
        ("sgl0/table1", "smoke", "check"),
        ("sgl0/table1", "paper-bf16", "reduced"),
        ("integrated-tl1/table3", "quick", "paper"),  # small enough for the paper's own settings
        ("sgl0/calibration", "quick", "reduced"),  # there are no settings of a paper
        ("flip-side/figure1", "quick", "paper"),
    ],
)
def test_the_scale_of_a_profile(id, profile, name):
    assert scale(results(id, profile)).name == name


def test_stand_in_data_are_a_check_in_any_profile():
    found = scale(results("sgl0/table1", "paper", stand_in=True))
    assert found.name == "check"
    assert not found.tests


def test_fewer_random_starts_are_a_smaller_sample_and_no_other_scale():
    found = scale(results("rvscgd/figure4", "quick"))
    assert [(d.setting, d.estimand) for d in found.deviations] == [("batch size", False)]
    assert found.name == "paper"
    assert scale(results("rvscgd/figure4", "smoke")).name != "paper"


@pytest.mark.parametrize("change", [{"n_train": 1000}, {"precision": "bf16"}, {"flip": True}])
def test_any_field_of_the_setup_reduces_the_scale(change):
    table = get("sgl0/table1")
    paper = table.settings["paper"]
    changed = replace(table, settings={**table.settings, "mine": replace(paper, cells={**paper.cells, **change})})
    assert scale(Results(changed.at("mine", 1), Path("unused"), {})).name == "reduced"


def test_a_banner_leaves_out_what_a_setting_explains():
    long = Deviation("steps an epoch (0: one pass over the training set)", "64", "1000", ("mnist",))
    assert long.short == "steps an epoch 64 in place of 1000 (mnist)"
    assert long.sentence == "mnist: Steps an epoch (0: one pass over the training set): 64; the profile paper has 1000."
