"""Rates, milestones, and what is left of them when a schedule is squeezed."""

from __future__ import annotations

import pytest

from suite.methods.schedule import Schedule

PAPER = Schedule(epochs=200, milestones=(40, 80, 120, 160))


def test_the_rate_drops_when_a_milestone_begins():
    found = {epoch: PAPER.rate(epoch) for epoch in (0, 39, 40, 79, 80, 119, 120, 159, 160, 199)}
    expected = {0: 1e-3, 39: 1e-3, 40: 1e-4, 79: 1e-4, 80: 1e-5, 119: 1e-5, 120: 1e-6, 159: 1e-6, 160: 1e-7, 199: 1e-7}
    assert found == pytest.approx(expected)


def test_decay_and_rate_are_the_schedules_own():
    found = Schedule(epochs=4, learning_rate=0.5, milestones=(1, 3), decay=0.2)
    assert [found.rate(epoch) for epoch in range(4)] == pytest.approx([0.5, 0.1, 0.1, 0.02])
    assert [Schedule(epochs=4).rate(epoch) for epoch in range(4)] == [1e-3] * 4


@pytest.mark.parametrize(
    ("epochs", "milestones"),
    [(200, (40, 80, 120, 160)), (10, (2, 4, 6, 8)), (4, (1, 2, 3, 4)), (7, (2, 3, 5, 6)), (1, (1, 1, 1, 1))],
)
def test_squeezed_milestones_keep_their_share_rounded_up(epochs, milestones):
    assert PAPER.squeezed(epochs).milestones == milestones
    assert PAPER.squeezed(epochs).epochs == epochs


def test_the_rate_falls_on_a_line_to_zero_at_the_end():
    whole, half = Schedule(epochs=200, linear_from=0.0), Schedule(epochs=200, linear_from=0.5)
    assert [whole.rate(epoch) for epoch in (0, 1, 50, 100, 199)] == pytest.approx([1e-3, 0.995e-3, 0.75e-3, 0.5e-3, 0.005e-3])
    assert [half.rate(epoch) for epoch in (0, 99, 100, 101, 150, 199)] == pytest.approx([1e-3, 1e-3, 1e-3, 0.99e-3, 0.5e-3, 0.01e-3])


def test_the_line_and_the_milestones_multiply():
    found = Schedule(epochs=4, learning_rate=1.0, milestones=(3,), decay=0.2, linear_from=0.25)
    assert [found.rate(epoch) for epoch in range(4)] == pytest.approx([1.0, 1.0, 2 / 3, 0.2 / 3])


def test_a_squeezed_line_keeps_its_share():
    found = Schedule(epochs=200, linear_from=0.5).squeezed(10)
    assert [found.rate(epoch) for epoch in (4, 5, 6, 9)] == pytest.approx([1e-3, 1e-3, 0.8e-3, 0.2e-3])


def test_a_factor_scales_every_rate():
    assert [Schedule(epochs=2, milestones=(1,), rate_factor=20.0).rate(epoch) for epoch in (0, 1)] == pytest.approx([2e-2, 2e-3])


def test_squeezing_changes_nothing_else_unless_told():
    found = PAPER.squeezed(10, penalty_factor=5.0)
    assert found == Schedule(epochs=10, milestones=(2, 4, 6, 8), penalty_factor=5.0)


IMPOSSIBLE = [
    *({"batch_size": 0}, {"learning_rate": -0.1}, {"penalty_factor": 0.0}, {"decay": -0.1}, {"epochs": -1}),
    *({"linear_from": -0.1}, {"linear_from": 1.1}, {"linear_from": float("nan")}, {"epsilon": 0.0}, {"rate_factor": 0.0}),
]


@pytest.mark.parametrize("wrong", IMPOSSIBLE)
def test_impossible_settings_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Schedule(**{"epochs": 1, **wrong})
