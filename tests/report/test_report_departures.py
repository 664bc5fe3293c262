from dataclasses import replace

from figure_records import replace_table

from suite.report.departures import departures, render


def test_declared_departures_come_first_then_what_the_settings_say(stored):
    assert departures(stored("quick")) == [
        "The penalty is not the paper's.",
        "Shortened for `two` cores.",
        "Epochs: 4; the profile paper has 200.",
        "Epochs at which the learning rate drops: 1, 2; the profile paper has 40, 80.",
        "Factor on every penalty strength: 20; the profile paper has 1.",
        "Seeds: 3; the paper's numbers are over 5 runs.",
    ]


def test_the_papers_own_settings_are_no_departure(stored):
    assert departures(stored("paper")) == ["The penalty is not the paper's.", "Seeds: 3; the paper's numbers are over 5 runs."]


def test_other_data_is_a_departure(stored):
    assert "Data: the smoke profile runs on digits in place of mnist, as a check of the code." in departures(stored("smoke"))
    assert "Data: mnist was not to be had, so these runs are on digits." in departures(stored(stand_in=True))


def test_held_out_examples_are_a_departure(stored):
    results = stored()
    table = results.reproduction
    held = replace_table(
        results, replace(table, cells=tuple(replace(cell, setup=replace(cell.setup, hold_out=10_000)) for cell in table.cells))
    )
    assert any("10,000 examples held out of the training set" in line for line in departures(held))


def test_the_page_says_so_when_there_is_none(stored):
    results = stored("paper")
    table = replace(results.reproduction, departures=(), published=None)
    assert render(replace_table(results, table)).splitlines() == [
        "# Departures from the paper: demo/table, paper profile",
        "",
        "None.",
    ]


def test_another_network_and_fewer_examples_are_departures(stored):
    results = stored("quick")
    table = results.reproduction
    quick = replace(table.settings["quick"], models={"lenet5_caffe": "wrn_10_1"}, cells={"n_train": 5000, "flip": True, "normalise": ()})
    changed = replace(table, settings={**table.settings, "quick": quick})
    found = departures(replace_table(results, changed))
    assert "Network: wrn_10_1; the profile paper has lenet5_caffe." in found
    assert "Training examples, of every class its share and the same for every seed: 5,000; the profile paper has all." in found
    assert "Mirrored training images: yes; the profile paper has no." in found
    assert not any(line.startswith("Mean") for line in found)  # as the paper's
