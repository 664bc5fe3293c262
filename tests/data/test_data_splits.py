import numpy as np
import pytest
import torch

from suite.data import Dataset, hold_out
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
