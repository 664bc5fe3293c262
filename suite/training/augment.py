"""Random crops and reflections of images, a whole batch at a time, on the device that holds it.

What happens to an image is drawn beforehand, on the CPU, from a stream of its own: every device and a resumed run see the same images.
"""

from __future__ import annotations

import torch
from torch import Generator, Tensor
from torch.nn.functional import pad

from suite.base.errors import SuiteError


def draw(n: int, crop: int, flip: bool, generator: Generator) -> Tensor:
    """For each of n images its row and column in the padded image, uniform from 0 to 2 crop, and 1 where it is mirrored, else 0.

    Shape (n, 3), int64. Half the images are mirrored on average; none where `flip` is False.
    """
    places = torch.randint(2 * crop + 1, (n, 2), generator=generator)
    mirrored = torch.randint(2, (n, 1), generator=generator) if flip else places.new_zeros(n, 1)
    return torch.cat([places, mirrored], 1)


def moved(x: Tensor, moves: Tensor, crop: int) -> Tensor:
    """The images x (N, C, H, W), each with a border of `crop` zeros, cut to H x W at its place in `moves`, then mirrored left to right
    where that says so. A crop before a reflection is torchvision's order in the code of Bui et al. (2019).

    The result is in channels_last format. Raises SuiteError for inputs that are no images.
    """
    if x.dim() != 4:
        raise SuiteError(f"inputs of shape {tuple(x.shape[1:])} cannot be cropped or mirrored", "use images, or leave out crop and flip")
    height, width = x.shape[2:]
    across, down = torch.arange(width, device=x.device), torch.arange(height, device=x.device)
    top, left, mirrored = moves.unbind(1)
    rows = top[:, None] + down
    columns = left[:, None] + torch.where(mirrored[:, None] == 1, width - 1 - across, across)
    images = torch.arange(len(x), device=x.device)
    padded = pad(x, (crop, crop, crop, crop)).permute(0, 2, 3, 1)
    return padded[images[:, None, None], rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
