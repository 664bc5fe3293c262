"""Every metric once: what it is called, its unit, which end is the better one, and how it follows from a record.

A record holds the metrics without a rule here; the others are made of them when records are read. Tables take their columns from here
by `column` and `plain`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from suite.base.errors import SuiteError
from suite.experiment.quantity import LARGEST, Metric
from suite.experiment.rules import Rule, Values, from_view, kept_over, latency_ratio, layer, zero_filters


@dataclass(frozen=True)
class Column:
    """A metric as a table shows it.

    metric       its key; "key@view" for another way of scoring a run
    better       which end is printed bold, and which way a difference is good; "" for neither
    tolerance    how far from the published number still counts as reproduced, in the metric's unit; None: no verdict
    """

    metric: str
    title: str
    unit: str = "%"
    digits: int = 2
    better: str = ""
    tolerance: float | None = None


def steps_until(key: str, reached: Callable[[float], bool]) -> Rule:
    """Steps until a curve was first seen where it should be; those of the whole run, a lower bound, where it never was."""

    def rule(record: Mapping[str, Any], known: Values) -> int | None:
        values, steps = curve(record, key), record.get("data", {}).get("epoch_steps", 0)
        if not values or not steps:
            return None
        return steps * next((epoch for epoch, value in enumerate(values, 1) if reached(value)), len(values))

    return rule


def steps_to(level: int) -> Rule:
    """Steps to this test accuracy."""
    return steps_until("test_accuracy", lambda accuracy: accuracy >= level)


METRICS = {
    metric.key: metric
    for metric in (
        Metric("test_error", "test error", "images of the test set that are misclassified at the end of the last epoch", better="lower"),
        Metric("best_test_error", "best-on-test error", "lowest test error of any epoch, as the papers' code reports it", better="lower"),
        Metric("validation_error", "held-out error", "misclassified examples of those held out of the training set", better="lower"),
        Metric(
            "recalibrated_test_error",
            "test error, batch statistics anew",
            "test error with the means and variances of batch normalisation gathered anew from the final weights",
            better="lower",
        ),
        Metric("test_accuracy", "accuracy", "100 minus the test error", better="higher", complement="test_error"),
        Metric(
            "best_test_accuracy", "best-on-test accuracy", "100 minus the best test error", better="higher", complement="best_test_error"
        ),
        Metric("validation_accuracy", "held-out accuracy", "100 minus the held-out error", better="higher", complement="validation_error"),
        Metric("weight_sparsity", "weight sparsity", "weights (biases apart) with |w| < 1e-5", better="higher"),
        Metric("weight_sparsity_exact", "exact zeros", "weights (biases apart) that are exactly 0", better="higher"),
        Metric("weights_left", "weights left", "weights that are not exactly 0", better="lower", complement="weight_sparsity_exact"),
        Metric("neuron_sparsity", "neuron sparsity", "neurons, by the convention of SGL0, whose mean |w| is below 1e-5", better="higher"),
        Metric("first_layer_sparsity", "zeros in the first layer", "weight sparsity of the first layer", better="higher", rule=layer(1)),
        Metric(
            "first_layer_zeros", "exact zeros in the first filters", "weights of the first convolution", better="higher", rule=zero_filters
        ),
        Metric(
            "splitting_gap",
            "distance of V from W",
            "||V - W|| / ||W|| of a splitting's copy and weights at the end",
            better="lower",
            high=LARGEST,
        ),
        Metric("copy_zeros_apart", "zeros of V against W", "|V's weight sparsity - W's|", "points", rule=from_view("V", "weight_sparsity")),
        Metric("copy_error_apart", "error with V against W", "|V's test error - W's|", "points", rule=from_view("V", "test_error")),
        Metric("parameters_left", "parameters left", "parameters, biases included, with |p| >= 1e-5", better="lower"),
        Metric(
            "flops_left", "FLOPs left", "multiply-adds of one example (fvcore), each layer's by its share of weights left", better="lower"
        ),
        Metric("flops_left_valid", "FLOP share", "the same at the output sizes without padding, as in the code of CGES", better="lower"),
        Metric("compact_parameters_left", "compact network: parameters", "parameters of the smaller network", better="lower"),
        Metric("compact_flops_left", "compact network: FLOPs", "multiply-adds of the smaller network (fvcore)", better="lower"),
        Metric(
            "compact_operations_left",
            "compact network: operations",
            "operations of the smaller network as the code of network slimming counts them: a multiply-add is two",
            better="lower",
        ),
        Metric(
            "parameters_pruned",
            "parameters pruned",
            "parameters that the smaller network lacks",
            better="higher",
            digits=1,
            complement="compact_parameters_left",
        ),
        Metric(
            "operations_pruned",
            "operations pruned",
            "operations that the smaller network saves, as the code of network slimming counts them",
            better="higher",
            digits=1,
            complement="compact_operations_left",
        ),
        Metric("channels_left", "channels left", "scales of batch normalisation that pruning has left", better="lower"),
        Metric(
            "emptied_layers",
            "layers kept by their largest channel",
            "layers of which the threshold would have left no channel",
            unit="",
            digits=0,
        ),
        Metric(
            "compact_disagreements",
            "compact network: images classified differently",
            "test images on which the smaller network and the one with zeros differ",
            unit="",
            digits=0,
            better="lower",
        ),
        Metric("compact_max_difference", "compact network: largest difference", "of a score, on the test set", unit="", digits=6),
        Metric("latency_dense_ms", "latency of the dense network", "median time of a batch", unit="ms", better="lower"),
        Metric("latency_compact_ms", "latency of the compact network", "median time of a batch", unit="ms", better="lower"),
        Metric(
            "latency_ratio",
            "compact network: latency over dense",
            "of the same batch, where both were measured",
            unit="",
            better="lower",
            rule=latency_ratio,
        ),
        Metric("architecture", "compact network", "widths of the smaller network, as text", unit="", types=(str,)),
        Metric(
            "compression",
            "compression: weights",
            "all weights over those that are not exactly 0",
            unit="",
            digits=1,
            better="higher",
            rule=kept_over(100),
        ),
        Metric(
            "compression_indexed",
            "compression: weights and indices",
            "the same where each weight left is stored with an index of its size",
            unit="",
            digits=1,
            better="higher",
            rule=kept_over(50),
        ),
        Metric("last_layer_neurons", "neurons of the last layer", "its input units or channels", unit="", digits=0),
        Metric("last_layer_neurons_removed", "neurons removed", "of them, those with all weights exactly 0", unit="", digits=1),
        Metric("last_layer_sparsity", "sparsity of connections", "weights of the last layer that are exactly 0"),
        Metric("last_layer_sparsity_of_rest", "sparsity among the neurons that remain", "the same among the neurons that remain"),
        Metric("conv_layers", "convolutional layers", "of the network", unit="", digits=0),
        Metric("fc_layers", "fully connected layers", "of the network", unit="", digits=0),
        Metric("weights", "weights", "of the network, biases apart", unit="", digits=0),
        Metric("biases", "biases", "of the network", unit="", digits=0),
        Metric("multiply_adds", "multiply-adds", "of the dense network for one example (fvcore)", unit="", digits=0),
        Metric("multiply_adds_valid", "multiply-adds without padding", "the same as in the code of CGES", unit="", digits=0),
        Metric("train_loss", "training loss", "mean loss of an epoch's steps, without the penalty (a curve)", unit="", better="lower"),
        Metric("learning_rate", "learning rate", "of an epoch (a curve)", unit="", digits=6),
        Metric("loss_w", "f(w)", "loss of w, median over the starts", unit="", digits=6),
        Metric("loss_u", "f(u)", "loss of u, median over the starts", unit="", digits=6),
        Metric("lagrangian", "Lagrangian", "L(u, w), median over the starts", unit="", digits=6, low=-LARGEST),
        Metric("explained", "explained by u", "share of f(0) that u takes away, 100 (1 - f(u) / f(0))", better="higher", low=-LARGEST),
        Metric("angle", "angle of w and w*", "median over the starts", unit="°", digits=5),
        Metric(
            "steps_to_a_degree",
            "iterations to an angle of 1°",
            "until the median angle of w and w* is at most one degree; at least so many where it never was",
            unit="",
            digits=0,
            better="lower",
            rule=steps_until("angle", lambda degrees: degrees <= 1),
        ),
        Metric("distance", "distance of w and w*", "||w - w*||, median over the starts", unit="", digits=6),
        Metric("sparsity", "zeros of u", "entries of u that are 0, median over the starts (a curve)", better="higher"),
        Metric("start_angle", "largest angle of a start", "of w0 and w*", unit="°", digits=1),
        Metric("support_recovered", "starts whose u has the zeros of w*", "share of the starts", digits=1, better="higher"),
        Metric("diverged", "starts that diverged", "share whose iterates are not finite", digits=1, better="lower"),
        Metric("collapsed", "starts that lost their direction", "share whose w became 0", digits=1),
        Metric("lagrangian_falls", "starts whose Lagrangian never rises", "by more than rounding", digits=1, better="higher"),
        Metric("angle_falls", "starts whose angle never rises", "by more than rounding", digits=1, better="higher"),
        Metric("lagrangian_falls_outside", "Lagrangian never rises outside", "in steps from where the network descends", digits=1),
        Metric("angle_falls_outside", "angle never rises outside", "in steps from where the network descends", digits=1),
        Metric("expansion_holds", "starts for which equation 12 holds", "of Dinh and Xin (2020)", digits=1, better="higher"),
        Metric("expansion_residual", "largest residual of equation 12", "over the starts", unit="", digits=6, better="lower"),
        Metric("within_bound", "angle within its bound", "share of the starts", digits=1),
        Metric(
            "penalty_distance",
            "greatest distance",
            "of two penalties of a weight, in percent of the greatest value of the second",
            better="lower",
            high=LARGEST,
        ),
        Metric("stationarity", "largest force that is left", "over the starts", unit="", digits=6, better="lower"),
    )
}

LEVELS = (50, 80, 90, 95, 98)
"""Accuracies in percent for which records give `steps_to_<i>`."""
NUMBERED: dict[str, tuple[Metric, Callable[[int], Rule]]] = {
    "layer_sparsity_<i>": (
        Metric("layer_sparsity_<i>", "layer <i>: zeros", "weight sparsity of layer <i>, from 1 at the bottom", digits=1),
        layer,
    ),
    "steps_to_<i>": (
        Metric(
            "steps_to_<i>", "steps to <i> % accuracy", "of the optimiser; at least so many where it never came there", "steps", 0, "lower"
        ),
        steps_to,
    ),
}


def every_metric() -> list[Metric]:
    """All of them, the numbered ones with "<i>" for their number."""
    return [*METRICS.values(), *(of for of, _ in NUMBERED.values())]


def metric(key: str) -> Metric:
    """The metric of that name, "key@view" included; SuiteError with the nearest names for one that is not defined."""
    plain_key, _, view = key.partition("@")
    found = METRICS.get(plain_key)
    if number := re.fullmatch(r"(\w+?_)(\d+)", plain_key):
        numbered = NUMBERED.get(f"{number[1]}<i>")
        if numbered:
            of, rule = numbered
            title, meaning = (text.replace("<i>", number[2]) for text in (of.title, of.meaning))
            found = replace(of, key=plain_key, title=title, meaning=meaning, rule=rule(int(number[2])))
    if found is None:
        near = difflib.get_close_matches(plain_key, [*METRICS, *NUMBERED], n=3)
        raise SuiteError(f"unknown metric {plain_key!r}", f"did you mean {' or '.join(near)}?" if near else "see docs/architecture.md")
    return replace(found, key=key) if view else found


def column(key: str, title: str = "", tolerance: float | None = None) -> Column:
    """The metric as a column. title: what this table calls it, where that is not its own title."""
    of = metric(key)
    return Column(key, title or of.title, of.unit, of.digits, of.better, tolerance)


def plain(key: str, title: str = "", tolerance: float | None = None) -> Column:
    """The same beside the main columns: no end is marked as the better one."""
    return replace(column(key, title, tolerance), better="")


COMPACT = tuple(map(plain, ("parameters_left", "flops_left", "compact_parameters_left", "compact_flops_left", "compact_disagreements")))
"""What is left of the network, with zeros in it and made smaller, and whether the two say the same."""


def curve(record: Mapping[str, Any], key: str) -> list[float]:
    """The metric after each epoch; empty where the record has no curve that it follows from."""
    curves = record.get("curves", {})
    other = METRICS[key].complement if key in METRICS else ""
    return [100 - value for value in curves.get(other, [])] if other and key not in curves else curves.get(key, [])


def derived(record: Mapping[str, Any]) -> Values:
    """The metrics of a record with all that follow from them, its layers and its curves; facts about the network among them."""
    known: Values = {**(record.get("network") or {}), **record["metrics"]}
    layers = [f"layer_sparsity_{i}" for i, _ in enumerate(record.get("layers") or {}, 1)]
    for key in (*METRICS, *layers, *(f"steps_to_{level}" for level in LEVELS)):
        if key not in known and (value := metric(key).of(record, known)) is not None:
            known[key] = value
    return known
