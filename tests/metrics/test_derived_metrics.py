"""Metrics that follow from a record: old records that lack what they follow from are without them."""

from __future__ import annotations

import pytest

from suite.experiment.metrics import derived


def record(**parts):
    return {"metrics": {}, **parts}


def test_zeros_of_the_first_filters_are_exact():
    filters = [[[[0.0, 1e-7], [-0.0, 0.5]]], [[[1.0, 1.0], [1.0, 1.0]]]]
    assert derived(record(filters=filters))["first_layer_zeros"] == 25
    assert "first_layer_zeros" not in derived(record(filters=None)) | derived(record())


@pytest.mark.parametrize(("angles", "steps"), [([90.0, 1.0, 0.5], 4000), ([90.0, 1.1], 4000), ([0.9], 2000)])
def test_iterations_to_a_degree(angles, steps):
    assert derived(record(curves={"angle": angles}, data={"epoch_steps": 2000}))["steps_to_a_degree"] == steps


def test_no_curve_gives_no_iterations():
    assert "steps_to_a_degree" not in derived(record(curves={"test_error": [1.0]}, data={"epoch_steps": 2000}))


def test_how_far_a_copy_is_from_the_weights():
    views = {"V": {"label": "V", "metrics": {"weight_sparsity": 99.75, "test_error": 88.5}}}
    found = derived({"metrics": {"weight_sparsity": 90.0, "test_error": 0.5}, "views": views})
    assert (found["copy_zeros_apart"], found["copy_error_apart"]) == (9.75, 88.0)
    assert not {"copy_zeros_apart", "copy_error_apart"} & set(derived({"metrics": {"weight_sparsity": 90.0, "test_error": 0.5}}))
