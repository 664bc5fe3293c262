import numpy as np
import pytest
import torch

from suite.base.errors import SuiteError
from suite.data import Dataset, hold_out, load, subset
from suite.data.splits import stratified


def test_rows_of_a_small_split_are_pinned():
    labels = np.array([0, 1, 0, 1, 0, 1, 0, 1, 0, 2])
    kept, taken = stratified(labels, 4, key="pinned")
    assert taken.tolist() == [2, 3, 6, 7]
    assert sorted([*kept, *taken]) == list(range(10))


def test_largest_remainder_by_hand():
    """12 of 30 rows from classes of 16, 9 and 5: shares 6.4, 3.6, 2.0, so 6 + 4 + 2."""
    labels = np.repeat([0, 1, 2], [16, 9, 5])
    _, taken = stratified(labels, 12, key="")
    assert np.bincount(labels[taken]).tolist() == [6, 4, 2]


def test_ties_go_to_the_lower_label():
    labels = np.repeat([3, 5], [5, 5])
    _, taken = stratified(labels, 3, key="")
    assert np.unique(labels[taken], return_counts=True)[1].tolist() == [2, 1]


@pytest.mark.parametrize("n", [0, -1, 10])
def test_impossible_sizes(n):
    with pytest.raises(ValueError, match="of 10 rows"):
        stratified(np.zeros(10, int), n, key="")


@pytest.fixture
def numbered():
    """A data set whose training row i holds i and whose test rows hold -1."""
    x, y = np.arange(600, dtype=np.float32)[:, None], np.arange(600) % 4
    test = np.full((5, 1), -1, np.float32)
    return Dataset.from_arrays("sdd", {"x_train": x, "y_train": y, "x_test": test, "y_test": np.full(5, 6)})


def test_hold_out_partitions_the_training_rows(numbered):
    held = hold_out(numbered, 100, seed=0)
    train, test = held.x_train[:, 0].long(), held.x_test[:, 0].long()
    assert sorted([*train.tolist(), *test.tolist()]) == list(range(600))
    assert torch.equal(held.y_train, train % 4)
    assert torch.equal(held.y_test, test % 4)
    assert torch.bincount(held.y_test).tolist() == [25, 25, 25, 25]
    assert (train.diff() > 0).all()
    assert (held.name, held.n_classes) == ("sdd", 7)
    assert held.checksum != numbered.checksum


def test_hold_out_depends_on_the_seed_alone(numbered):
    assert hold_out(numbered, 100, seed=0).checksum == hold_out(numbered, 100, seed=0).checksum
    assert hold_out(numbered, 100, seed=0).checksum != hold_out(numbered, 100, seed=1).checksum


def test_hold_out_is_not_periodic_in_the_rows(numbered):
    """The taken rows are spread over the set: about half of them in each half."""
    rows = hold_out(numbered, 100, seed=3).x_test[:, 0]
    assert 35 <= (rows < 300).sum() <= 65


def test_a_subset_has_its_rows_class_by_class_in_their_order():
    digits = load("digits")
    some = subset(digits, n_train=500, n_test=100)
    assert (len(some.y_train), len(some.y_test), some.n_classes, some.name) == (500, 100, 10, "digits")
    for part, rows in ((digits.y_train, some.y_train), (digits.y_test, some.y_test)):
        shares = part.bincount(minlength=10) * len(rows) / len(part)
        assert (rows.bincount(minlength=10) - shares).abs().max() < 1
    places = [int((digits.x_train == image).flatten(1).all(1).nonzero()[0]) for image in some.x_train[:50]]
    assert places == sorted(places)
    assert subset(digits, n_train=500).checksum != digits.checksum
    assert torch.equal(subset(digits, n_train=500).x_test, digits.x_test)


def test_a_smaller_subset_lies_in_a_larger_one():
    small, large = (subset(load("digits"), n_train=n) for n in (100, 1000))
    rows = {image.numpy().tobytes() for image in large.x_train}
    assert sum(image.numpy().tobytes() in rows for image in small.x_train) >= 99


def test_a_subset_of_nothing_or_all_is_the_data_set_and_of_more_is_refused():
    digits = load("digits")
    assert subset(digits) is digits
    assert subset(digits, n_train=len(digits.y_train)) is digits
    with pytest.raises(SuiteError, match="digits has 360 test examples, not 361; ask for fewer"):
        subset(digits, n_test=361)
