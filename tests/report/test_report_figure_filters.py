"""The filters of the first convolution."""

import numpy as np
import pytest
from figure_records import FILTERED, FIRST, SECOND, make, nothing_overlaps, read
from matplotlib.colors import to_rgba

from suite.experiment.reproduction import Filters
from suite.report.figures import filters


@pytest.fixture
def filtered():
    results = make(Filters(), FILTERED)
    return results, Filters(), filters.canvas(results, Filters())


def test_filters_are_those_of_the_lowest_seed_that_has_them(filtered):
    titles = [axes.get_title() for axes in filtered[2].axes[:2]]
    assert titles == ["lasso\nseed 1, 41.7 % of the weights exactly 0", "sparse group l0\nseed 0, 0.0 % of the weights exactly 0"]
    assert filtered[2].axes[-1].get_ylabel() == "weight"
    assert nothing_overlaps(filtered[2])


def test_filters_share_a_scale_and_zeros_are_grey(filtered):
    import matplotlib

    image = filtered[2].axes[0].get_images()[0].get_array()
    assert image.shape == (2, 3 * 2 + 2, 4)
    assert tuple(image[0, 0]) == tuple(image[1, 1]) == filters.ZERO
    assert tuple(image[0, 2]) == to_rgba("white")  # between two tiles
    scale = matplotlib.colormaps["RdBu_r"]
    assert tuple(image[0, 1]) == pytest.approx(scale((0.5 + 2) / 4))  # the greatest magnitude of all panels is 2
    assert tuple(image[1, 0]) == pytest.approx(scale((-1.0 + 2) / 4))
    assert filtered[2].axes[-1].get_ylim() == (-2.0, 2.0)


def test_no_colour_of_the_scale_looks_like_the_grey_of_zeros():
    import matplotlib

    colours = matplotlib.colormaps[filters.COLOURS](np.linspace(0, 1, 256))
    assert np.abs(colours - np.array(filters.ZERO)).max(axis=1).min() > 0.15


@pytest.mark.parametrize(
    ("shape", "kernels"), [((32, 1, 5, 5), (4, 8)), ((20, 1, 5, 5), (3, 7)), ((12, 3, 5, 5), (4, 9)), ((1, 3, 3, 3), (1, 3))]
)
def test_the_kernels_of_a_filter_lie_side_by_side(shape, kernels):
    from matplotlib import colormaps
    from matplotlib.colors import Normalize

    down, across = kernels
    image = filters.tiles(np.ones(shape), Normalize(-1, 1), colormaps["RdBu_r"])
    assert image.shape == (down * (shape[2] + 1) - 1, across * (shape[3] + 1) - 1, 4)
    assert across % shape[1] == 0


def test_the_points_of_the_filters_are_written(filtered):
    found = [tuple(line.values()) for line in read(filters.points(*filtered[:2]))]
    assert len(found) == FIRST.size + SECOND.size
    assert found[:3] == [
        ("l1", "1", "0", "0", "0", "0", "0"),
        ("l1", "1", "0", "0", "0", "1", "0.5"),
        ("l1", "1", "0", "0", "1", "0", "-1"),
    ]
    assert found[-1] == ("sgl0", "0", "1", "2", "0", "1", "2")
    assert filters.points(*filtered[:2]).startswith("row,seed,filter,in,y,x,weight\n")
