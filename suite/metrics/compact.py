"""The physically smaller network: dead units are removed, and the network still computes the same function."""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import batch_norm
from torch.nn.utils import skip_init
from torch.nn.utils.parametrize import is_parametrized, type_before_parametrizations

from suite.metrics.sparsity import ZERO
from suite.models.binarized import BinarizedReLU
from suite.models.layers import weight_layers

ELEMENTWISE = (nn.ReLU, BinarizedReLU, nn.Dropout)  # what a value becomes depends on this value alone, in eval mode
REARRANGING = (nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.Flatten)  # a constant stays what it is
BY_UNIT = (nn.BatchNorm1d, nn.BatchNorm2d)  # what a value becomes depends, in eval mode, on this value and its channel


class Select(nn.Module):
    """Keeps the columns `index` of a batch of feature vectors, or these channels of images."""

    index: Tensor

    def __init__(self, index: Tensor) -> None:
        super().__init__()
        self.register_buffer("index", index)

    def forward(self, x: Tensor) -> Tensor:
        return x.index_select(1, self.index)


@torch.no_grad()
def masked(model: nn.Module, threshold: float = ZERO) -> nn.Module:
    """A copy in eval mode without parametrisations, in which the weights (not the biases) with |w| < threshold are exactly 0."""
    plain = copy.deepcopy(model).eval()
    for module in [module for module in plain.modules() if is_parametrized(module)]:
        # torch's remove_parametrizations would break the original too: a copy shares the class that it edits.
        values = {name: getattr(module, name) for name in module.parametrizations}  # type: ignore[union-attr,operator]
        module.__class__ = type_before_parametrizations(module)
        del module.parametrizations
        for name, value in values.items():
            module.register_parameter(name, nn.Parameter(value.clone()))
    for layer in weight_layers(plain).values():
        layer.weight.masked_fill_(layer.weight.abs() < threshold, 0)
    return plain


def compact(model: nn.Module, threshold: float = ZERO) -> nn.Module:
    """A new network with the function of `masked(model, threshold)`, without the units that do not matter.

    A unit (channel of a convolution, output of a linear layer) is removed if

    - its incoming weights are all 0: it then has the constant value c = sigma(bias) in every position, sigma being what
      follows (activations, batch normalisation) if any, and sum_k W[:, unit, k] c moves into the next layer's bias; a scale of
      exactly 0 in a batch normalisation that follows makes the unit constant just so;
    - its outgoing weights, to units that are kept, are all 0.

    A convolution that pads with zeros sees a constant only away from the border, and its bias cannot take it up. In front of one,
    units of c = 0 are removed, and all others of constant value are merged into the one of the largest |c|, which stays, without
    incoming weights, and gets the outgoing weights sum_unit W[:, unit, k] c / (its c).

    Columns of a linear layer that are all 0 although the channel before lives are left out by a `Select` in front of it, and so
    are unused features of the input; channels of the input stay, but where a batch normalisation stands first: those that nothing
    reads are then left out by a `Select` behind it, as in Liu et al. (2017). A layer of which nothing survives keeps one unit,
    without input, so that the network remains a network.

    `model`: nn.Sequential of Conv2d (one group, padding with zeros if any), Linear, ReLU, BinarizedReLU, Dropout, batch normalisation,
    pooling (means without padding), Flatten(1); or a network that names such parts of itself in an attribute `branches` (a residual
    network its residual branches). Only units within a branch are then removed: what enters and leaves it is added to other values,
    or stands beside them, and stays, as does all that lies outside, its zeros masked. Raises NotImplementedError, naming the layer,
    for anything else. Layers keep their names; the sums over units are formed in float64.

    The functions are the same but for rounding, as the smaller network adds fewer terms in another order. Behind a ReLU that
    stays rounding; a BinarizedReLU can turn it into a whole 1 where its input is within rounding of 0.
    """
    source = masked(model, threshold)
    channels_last = any(_is_channels_last(module.weight) for module in source.modules() if isinstance(module, nn.Conv2d))
    branches: tuple[str, ...] = getattr(source, "branches", ())
    small = source if branches else _smaller(source)
    for name in branches:
        small.set_submodule(name, _smaller(source.get_submodule(name)))
    return small.to(memory_format=torch.channels_last) if channels_last else small


def _smaller(source: nn.Module) -> nn.Sequential:
    """`compact` of a plain nn.Sequential with masked weights, which is used up."""
    stages, tail = _stages(source)
    _fold_constant_units(stages)
    _drop_dead_units(stages)
    return nn.Sequential(OrderedDict([*(item for stage in stages for item in stage.build()), *tail.items()])).eval()


@dataclass
class _Stage:
    """A layer with weights, and the layers without weights in front of it.

    weight: (units, units of the stage before, positions), the positions being those in a kernel, or in a channel of a feature
    vector. columns: which entries of a feature vector a linear layer uses.
    """

    name: str
    layer: nn.Conv2d | nn.Linear
    before: dict[str, nn.Module]
    weight: Tensor
    bias: Tensor | None
    columns: Tensor | None = None

    @torch.no_grad()
    def build(self) -> Iterator[tuple[str, nn.Module]]:
        yield from self.before.items()
        (units, inputs, _), layer, weight = self.weight.shape, self.layer, self.weight
        options = {"bias": self.bias is not None, "device": weight.device, "dtype": weight.dtype}
        small: nn.Conv2d | nn.Linear
        if isinstance(layer, nn.Conv2d):
            small = skip_init(nn.Conv2d, inputs, units, layer.kernel_size, layer.stride, layer.padding, layer.dilation, **options)
        else:
            assert self.columns is not None
            weight = weight.flatten(1)[:, self.columns]
            small = skip_init(nn.Linear, weight.shape[1], units, **options)
            if not self.columns.all():
                yield f"select_{self.name}", Select(self.columns.nonzero().flatten())
        small.weight.copy_(weight.view_as(small.weight))
        if small.bias is not None and self.bias is not None:
            small.bias.copy_(self.bias)
        yield self.name, small


def _stages(model: nn.Module) -> tuple[list[_Stage], dict[str, nn.Module]]:
    """The stages of a plain network, and the layers after the last one."""
    if type(model) is not nn.Sequential:
        raise NotImplementedError(f"only an nn.Sequential or a network of such branches can be made compact, not a {type(model).__name__}")
    stages: list[_Stage] = []
    between: dict[str, nn.Module] = {}
    for name, layer in model.named_children():
        before = stages[-1].layer if stages else None
        if (reason := _unsupported(layer, before, between)) is not None:
            raise NotImplementedError(f"cannot make {name} ({type(layer).__name__}) compact: {reason}")
        if isinstance(layer, nn.Conv2d | nn.Linear):
            entry = _entry(between) if before is None else None
            inputs = len(before.weight) if before is not None else entry.num_features if entry else layer.weight.shape[1]
            weight = layer.weight.detach().reshape(len(layer.weight), inputs, -1)
            bias = None if layer.bias is None else layer.bias.detach().double()
            stages.append(_Stage(name, layer, between, weight, bias))
            between = {}
        else:
            between[name] = layer
    return stages, between


def _entry(between: dict[str, nn.Module]) -> nn.BatchNorm2d | None:
    """The batch normalisation of images, if any, with which a network begins."""
    first = next(iter(between.values()), None)
    return first if isinstance(first, nn.BatchNorm2d) else None


def _unsupported(layer: nn.Module, before: nn.Module | None, between: dict[str, nn.Module]) -> str | None:
    """Why the function of `layer`, which follows `before` and `between`, is not known to be kept; None if it is."""
    if type(layer) not in (*ELEMENTWISE, *REARRANGING, *BY_UNIT, nn.Conv2d, nn.Linear):
        return "this type of layer is not supported"
    if isinstance(layer, BY_UNIT) and layer.running_mean is None:
        return "it has no running statistics"
    if isinstance(layer, nn.BatchNorm1d) and isinstance(before, nn.Conv2d):
        return "it normalises positions, not channels"
    if isinstance(layer, nn.AvgPool2d) and (layer.padding not in (0, (0, 0)) or layer.ceil_mode or layer.divisor_override):
        return "only means over whole windows of the image are"
    if isinstance(layer, nn.Conv2d) and (layer.groups != 1 or layer.padding_mode != "zeros"):
        return "only convolutions without groups are, padded with zeros if at all"
    if isinstance(layer, nn.Conv2d) and isinstance(before, nn.Linear):
        return "it follows a linear layer"
    if isinstance(layer, nn.Flatten) and (layer.start_dim, layer.end_dim) != (1, -1):
        return "it must flatten all but the batch"
    flattened = any(isinstance(other, nn.Flatten) for other in between.values())
    if isinstance(layer, nn.Linear) and isinstance(before, nn.Conv2d) and not flattened:
        return "a Flatten must stand between it and the convolution"
    return None


def _fold_constant_units(stages: list[_Stage]) -> None:
    """Move units without incoming weights into the next bias; front to back, as their removal can leave the next ones without.

    In front of a convolution that pads they are merged into one of them instead; see `compact`.
    """
    for stage, after in pairwise(stages):
        dead = (stage.weight == 0).flatten(1).all(1)
        for layer in after.before.values():
            if isinstance(layer, BY_UNIT) and layer.affine:
                dead |= layer.weight.detach() == 0
        stage.weight[dead] = 0
        constant = dead.new_zeros(len(dead), dtype=torch.float64) if stage.bias is None else stage.bias.clone()
        for layer in after.before.values():
            constant = _after(layer, constant)
        constant = constant.where(dead, 0)
        if isinstance(after.layer, nn.Conv2d) and after.layer.padding not in ((0, 0), "valid") and constant.any():
            unit = constant.abs().argmax()
            merged = torch.einsum("oip,i->op", after.weight.double(), constant / constant[unit])
            after.weight[:, dead] = 0
            after.weight[:, unit] = merged.to(after.weight.dtype)
            continue
        shift = after.weight.double().sum(2) @ constant
        after.weight[:, dead] = 0
        if shift.any():
            after.bias = shift if after.bias is None else after.bias + shift


def _after(layer: nn.Module, constant: Tensor) -> Tensor:
    """What a layer without weights makes of units of constant value, one entry a unit."""
    if isinstance(layer, BY_UNIT):
        s = _statistics(layer, torch.float64)
        return batch_norm(constant[None], s["running_mean"], s["running_var"], s["weight"], s["bias"], eps=layer.eps)[0]
    return layer(constant) if isinstance(layer, ELEMENTWISE) else constant


def _narrowed(layer: nn.Module, units: Tensor) -> nn.Module:
    """A layer without weights, for the `units` alone."""
    if not isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
        return layer
    kept = {name: value[units] for name, value in _statistics(layer).items() if value is not None}
    small = type(layer)(int(units.sum()), layer.eps, layer.momentum, affine=layer.affine).to(layer.running_mean)  # type: ignore[arg-type]
    small.load_state_dict(kept | {"num_batches_tracked": layer.num_batches_tracked})
    return small.eval()


def _statistics(layer: nn.BatchNorm1d | nn.BatchNorm2d, dtype: torch.dtype | None = None) -> dict[str, Tensor | None]:
    """What a batch normalisation does in eval mode, one entry a unit; scale and shift are None where it has none."""
    found = {name: getattr(layer, name) for name in ("running_mean", "running_var", "weight", "bias")}
    return {name: value if value is None else value.detach().to(dtype or value.dtype) for name, value in found.items()}


def _drop_dead_units(stages: list[_Stage]) -> None:
    """Drop units without outgoing weights; back to front, as their removal can leave earlier ones without.

    No second round is due: a unit that is kept has an outgoing weight to a kept unit, and that one an incoming weight.
    """
    for place in reversed(range(len(stages))):
        stage, before = stages[place], stages[place - 1] if place else None
        live = (stage.weight != 0).any(0)
        if not live.any():
            live[0, 0] = True
            if before is not None:
                before.weight[0] = 0  # the unit that stays as a placeholder needs no input
        if before is not None:
            units = live.any(1)
            before.weight, stage.weight, live = before.weight[units], stage.weight[:, units], live[units]
            before.bias = None if before.bias is None else before.bias[units]
            stage.before = {name: _narrowed(layer, units) for name, layer in stage.before.items()}
        elif (entry := _entry(stage.before)) is not None and not (units := live.any(1)).all():
            stage.weight, live = stage.weight[:, units], live[units]
            (name, _), *rest = stage.before.items()
            stage.before = {name: entry, f"select_{name}": Select(units.nonzero().flatten()), **dict(rest)}
        stage.columns = live.flatten()


def _is_channels_last(weight: Tensor) -> bool:
    return weight.is_contiguous(memory_format=torch.channels_last) and not weight.is_contiguous()
