"""Random crops and reflections: pixel by pixel as a plain loop has them, drawn once an epoch, seen in training alone."""

import numpy as np
import pytest
import torch

from suite.base.bound import Bound
from suite.base.checkpoint import Checkpoint
from suite.base.errors import SuiteError
from suite.data import Dataset
from suite.experiment.spec import RunSpec
from suite.methods import method
from suite.methods.schedule import Schedule
from suite.training.augment import draw, moved
from suite.training.loop import Training

MEAN, SD = (0.4, 0.5, 0.6), (0.2, 0.25, 0.3)


def oracle(images, moves, crop):
    """Image by image and pixel by pixel: the window at (top, left) of the image in a black frame, read from right to left if mirrored."""
    _, channels, height, width = images.shape
    found = np.zeros_like(images)
    for i, (top, left, mirrored) in enumerate(moves.tolist()):
        for c in range(channels):
            for row in range(height):
                for column in range(width):
                    y, x = row + top - crop, (width - 1 - column if mirrored else column) + left - crop
                    inside = 0 <= y < height and 0 <= x < width
                    found[i, c, row, column] = images[i, c, y, x] if inside else 0
    return found


@pytest.mark.parametrize("crop", [0, 1, 4])
@pytest.mark.parametrize("flip", [False, True])
def test_a_batch_is_what_a_loop_over_its_pixels_makes(crop, flip):
    generator = torch.Generator().manual_seed(0)
    x = torch.rand(12, 3, 6, 5, generator=generator).to(memory_format=torch.channels_last)
    moves = draw(12, crop, flip, generator)
    found = moved(x, moves, crop)
    np.testing.assert_array_equal(found.numpy(), oracle(x.numpy(), moves, crop))
    assert found.is_contiguous(memory_format=torch.channels_last)


def test_places_are_uniform_and_half_the_images_are_mirrored():
    moves = draw(90_000, 4, True, torch.Generator().manual_seed(0))
    for axis in (0, 1):
        counts = moves[:, axis].bincount()
        assert len(counts) == 9
        assert (counts / 10_000 - 1).abs().max() < 0.05  # five standard errors
    assert abs(moves[:, 2].double().mean() - 0.5) < 5 * 0.5 / 300
    assert np.abs(np.corrcoef(moves.double().numpy().T)[np.triu_indices(3, 1)]).max() < 5 / 300
    assert not draw(100, 0, False, torch.Generator()).any()


def test_feature_vectors_are_refused_in_one_line():
    with pytest.raises(SuiteError, match="leave out crop and flip") as error:
        moved(torch.zeros(4, 16), draw(4, 1, False, torch.Generator()), 1)
    assert "\n" not in str(error.value)


@pytest.fixture(scope="module")
def coloured():
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 256, (60, 3, 8, 8), dtype=np.uint8), rng.integers(0, 4, 60)
    return Dataset.from_arrays("coloured", {"x_train": x[:40], "y_train": y[:40], "x_test": x[40:], "y_test": y[40:]}, n_classes=4)


def start(data, chosen="sgl0", model="wrn_10_1", seed=0, **options):
    fed = {"normalise": (MEAN, SD), "crop": 2, "flip": True} | options
    schedule = Schedule(2, 16, optimizer="sgd", learning_rate=0.05, momentum=0.9, nesterov=True, weight_decay=5e-4, decay_penalised=False)
    return Training(RunSpec.of("coloured", model, method(chosen), schedule, seed, **fed), data)


def test_images_are_moved_before_they_are_normalised_and_only_in_training(coloured):
    run, plain = start(coloured), start(coloured, normalise=(), crop=0, flip=False)
    (x, y), (raw, same) = next(run.batches()), next(plain.batches())
    assert torch.equal(y, same)
    moves = draw(40, 2, True, run.streams.generator("augmentation", 0))[:16]
    mean, sd = (np.array(v, np.float32)[:, None, None] for v in (MEAN, SD))
    np.testing.assert_allclose(x.numpy(), (oracle(raw.numpy(), moves, 2) - mean) / sd, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(run.x_test.numpy(), (plain.x_test.numpy() - mean) / sd, rtol=1e-5, atol=1e-6)


def test_every_epoch_draws_anew_and_every_method_the_same(coloured):
    run, other, seeded = start(coloured), start(coloured, "cges"), start(coloured, seed=1)
    first = torch.cat([x for x, _ in run.batches()])
    assert torch.equal(first, torch.cat([x for x, _ in other.batches()]))
    assert not torch.equal(first, torch.cat([x for x, _ in seeded.batches()]))
    run.epoch = 1
    places = [draw(40, 2, True, run.streams.generator("augmentation", epoch)) for epoch in (0, 1)]
    assert not torch.equal(*places)


@pytest.mark.parametrize("chosen", ["sgl0", "hard_concrete"])
def test_a_resumed_run_with_crops_dropout_and_batch_statistics_is_the_uninterrupted_one(coloured, chosen, tmp_path, no_latency):
    whole = start(coloured, chosen)
    expected = whole.train()
    first = start(coloured, chosen)
    first.advance()
    kept = Checkpoint(Bound(tmp_path / "run.pt"))
    kept.copy = first.state_dict()
    kept.write()
    torch.manual_seed(99)
    torch.rand(7)  # another process has another history
    resumed = start(coloured, chosen)
    found = resumed.train(Checkpoint(Bound(tmp_path / "run.pt")))
    assert {"bn.running_mean", "blocks.2.branch.bn2.running_var", "bn.num_batches_tracked"} <= expected.weights.keys()
    for name, value in expected.weights.items():
        assert torch.equal(found.weights[name], value), name
    assert found.curves["train_loss"] == expected.curves["train_loss"]
    assert found.metrics == expected.metrics


def test_normalising_by_channel_needs_as_many_channels(coloured):
    with pytest.raises(SuiteError, match="coloured has no images of 2 channels; normalise"):
        start(coloured, normalise=(MEAN[:2], SD[:2]))
