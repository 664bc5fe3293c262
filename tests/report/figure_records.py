"""Records with numbers made up here, for the figures that are drawn from runs, and what the tests look for in a figure."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np

from suite.app.results import Results
from suite.experiment.metrics import Column
from suite.experiment.reproduction import Cell, Profile, Reproduction
from suite.methods import method
from suite.methods.schedule import Schedule

ACCURACY = Column("test_accuracy", "accuracy", better="higher")
LEFT = Column("weights_left", "weights left", better="lower")
FLOPS = Column("flops_left", "FLOPs left", better="lower")
LOSS = Column("train_loss", "training loss", unit="")
SCHEDULE = Schedule(epochs=3)
ENVIRONMENT = {"device": "cpu", "cpu": "A CPU", "threads": 1, "packages": {"torch": "2"}, "python": "3.11", "git_commit": "0" * 40}


def cell(name, group="", title="", **options):
    return Cell.of(group or "mnist", "lenet5_caffe", method(name, **options), group=group, name=f"{name}{options or ''}", title=title)


def make(figure, content, profile="paper"):
    """Results in which each cell of `content` has records with the given parts, by seed; None for a run that is missing."""
    settings = {"paper": Profile(SCHEDULE), "smoke": Profile(SCHEDULE, dataset="digits")}
    table = Reproduction("demo/figure", "A demonstration", "Some Paper", tuple(content), settings, columns=(), figures=(figure,))
    records, seeds = {}, max(map(len, content.values()))
    for line, parts in zip(table.at(profile, seeds).lines, content.values(), strict=True):
        for seed, part in enumerate(parts):
            if part is not None:
                data = {"n_train": 1000, "n_test": 1000, "epoch_steps": 10}  # errors in steps of .1
                basic = {"seed": seed, "status": "done", "views": {}, "metrics": {}, "data": data, "dataset": line.cell.dataset}
                costs = {"environment": ENVIRONMENT, "cost": {"wall_seconds": 1.0}}
                records[line.keys[seed]] = {**basic, **costs, **part}
    return Results(table.at(profile, seeds), Path("unused"), records)


def scored(error, zeros, flops=50.0):
    return {"metrics": {"test_error": error, "weight_sparsity_exact": zeros, "flops_left": flops}}


def read(text):
    return list(csv.DictReader(io.StringIO(text)))


def named(axes):
    """The lines of a panel that stand for a row or a method."""
    return {line.get_label(): line for line in axes.get_lines() if not line.get_label().startswith("_")}


def words(axes):
    return [text.get_text() for text in axes.texts]


def nothing_overlaps(made):
    """Legend, title and panels apart from each other and inside the canvas; no two labels of an axis over one another."""
    made.draw_without_rendering()
    boxes = [axes.get_tightbbox() for axes in made.axes] + [part.get_window_extent() for part in (*made.legends, made._suptitle)]
    assert all(box.x0 >= -0.5 and box.y0 >= -0.5 and box.x1 <= made.bbox.x1 + 0.5 and box.y1 <= made.bbox.y1 + 0.5 for box in boxes)
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    for axes in (axes for axes in made.axes if axes.axison):
        for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
            extents = [label.get_window_extent() for label in labels if label.get_text() and label.get_visible()]
            assert not any(a.overlaps(b) for i, a in enumerate(extents) for b in extents[:i])
    return True


BOXES = {
    cell("l1", "mnist", "lasso"): [scored(1.0, 90.0), scored(2.0, 91.0), scored(4.0, 95.0)],
    cell("sgl0", "mnist", "sparse group l0, a method of a very long name"): [scored(0.5, 80.0), None, None],
    cell("cges", "mnist", "CGES"): [None, None, None],
    cell("l1", "pendigits", "lasso"): [scored(3.0, 60.0), scored(3.5, 61.0)],
    cell("sgl0", "pendigits", "sparse group l0, a method of a very long name"): [scored(2.0, 70.0), scored(2.5, 71.0)],
}

PATHS = {
    cell("l1", "mnist", lam=3.0): [scored(88.0, 99.9, 0.2), scored(90.0, 99.7, 0.4)],
    cell("l1", "mnist", lam=0.1): [scored(1.0, 50.0, 70.0), scored(2.0, 60.0, 80.0)],
    cell("l1", "mnist", lam=1.0): [scored(3.0, 97.0, 9.0), None],
    cell("group_lasso", "mnist", lam=0.5): [scored(1.5, 10.0, 95.0), scored(1.5, 12.0, 93.0)],
    cell("l1", "pendigits", lam=0.1): [None, None],
}


def trained(errors, zeros=None, losses=None):
    found = {"test_error": errors, "weight_sparsity_exact": zeros, "train_loss": losses}
    return {"curves": {name: values for name, values in found.items() if values}}


CURVED = {
    cell("l1", title="lasso"): [
        trained([60.0, 8.0, 4.0], [0.0, 50.0, 90.0], [2.0, 1.0, 0.5]),
        trained([70.0, 9.0, 5.0], [0.0, 55.0, 92.0], [2.2, 1.0, 0.4]),
        trained([74.0, 7.0, 1.5], [0.0, 51.0, 91.0], [1.8, 1.0, 0.6]),
    ],
    cell("sgl0", title="sparse group l0"): [trained([50.0, 20.0, 10.0], None, [1.0, 0.9, 0.8]), None, None],
}

FIRST = np.array([[[[0.0, 0.5], [-1.0, 0.0]]], [[[0.25, 0.0], [0.0, 0.0]]], [[[0.1, 0.1], [0.1, 0.1]]]])  # 3 filters of 1 x 2 x 2
SECOND = np.arange(1.0, 13.0).reshape(2, 3, 1, 2) / 6
FILTERED = {
    cell("l1", title="lasso"): [{"filters": None}, {"filters": FIRST.tolist()}, {"filters": SECOND.tolist()}],
    cell("cges"): [{"filters": None}, {}, None],
    cell("sgl0", title="sparse group l0"): [{"filters": SECOND.tolist()}],
}


def replace_table(results, table):
    """The same records, read as those of another reproduction."""
    return replace(results, experiment=replace(results.experiment, reproduction=table))
