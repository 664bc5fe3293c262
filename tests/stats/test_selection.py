import itertools
import math

import pytest

from suite.stats.selection import Candidate, bound, one_standard_error


def candidates(*rows, n_held=900):
    return [Candidate(strength, error, n_held, size) for strength, error, size in rows]


def test_the_bound_is_the_lowest_error_and_its_binomial_standard_error():
    """Of 96 examples: no errors count as 2 of 100, sqrt(.02 * .98 / 100) = .014; 48 as 50 of 100, .05."""
    assert bound(candidates((1e-4, 0.0, 50.0), (1e-3, 0.1, 1.0), n_held=96)) == pytest.approx(1.4)
    assert bound(candidates((1e-4, 50.0, 50.0), (1e-3, 60.0, 20.0), n_held=96)) == pytest.approx(55.0)


def test_the_smallest_network_within_the_bound_is_chosen_in_any_order():
    tried = candidates((1e-5, 10.0, 90.0), (1e-4, 10.5, 60.0), (1e-3, 10.9, 30.0), (1e-2, 11.1, 5.0))
    for order in itertools.permutations(tried):
        assert one_standard_error(order).strength == 1e-3


def test_the_bound_itself_is_within_it():
    limit = bound(candidates((1e-4, 10.0, 50.0)))
    tried = candidates((1e-4, 10.0, 50.0), (1e-3, limit, 20.0), (1e-2, math.nextafter(limit, 100), 1.0))
    assert one_standard_error(tried).strength == 1e-3


def test_size_decides_before_error_and_strength():
    tried = candidates((1e-4, 10.8, 20.0), (1e-3, 10.0, 50.0), (1e-2, 10.5, 50.0))
    assert one_standard_error(tried).strength == 1e-4


def test_at_equal_size_the_larger_strength_is_chosen():
    assert one_standard_error(candidates((1e-4, 10.0, 100.0), (1e-2, 10.9, 100.0), (1e-3, 10.1, 100.0))).strength == 1e-2


def test_a_single_candidate_is_chosen_whatever_its_error():
    assert one_standard_error(candidates((1e-4, 90.0, 0.0))).strength == 1e-4


def test_without_a_candidate_there_is_no_choice():
    with pytest.raises(ValueError, match="no candidate"):
        one_standard_error([])


@pytest.mark.parametrize(("error", "held"), [(101.0, 10), (-1.0, 10), (math.nan, 10), (1.0, 0)])
def test_what_is_no_error_rate_is_refused(error, held):
    with pytest.raises(ValueError, match="held-out error"):
        Candidate(1.0, error, held, 1.0)
