"""One penalty of one's choice, the same in every layer, on weights or on scales: what `proximal`, `subgradient` and others share."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from suite.base.errors import SuiteError
from suite.methods.base import Method
from suite.models.layers import scaled_layers
from suite.penalties import MCP, Composite, Grouped, Penalty, named

if TYPE_CHECKING:
    from torch import Tensor, nn

WEIGHTS, SCALES = "weights", "scales"


@dataclass(unsafe_hash=True, kw_only=True)
class AnyPenalty(Method):
    """A method that takes its penalty as the option `penalty`, by a name that `suite.penalties.named` knows or as an instance.

    penalty    "l1", "tl1", "mcp", "group_lasso", ... or an instance such as SCAD(3.0); its class and parameters are part of the run's key
    on         "weights": of convolutions and linear layers; "scales": of batch normalisation, one for each channel, and on nothing else

    A name may come with the parameter of the penalty as `shape`, as p of "lp". Raises ValueError for an unknown name, for what is no
    penalty, for one of groups on scales, which form none, and for a penalty whose parameters are not all fields of a dataclass: two
    of them that differ would have one key.
    """

    regulariser: Penalty = field(default_factory=partial(MCP, 3.0), metadata={"option": "penalty"})  # `penalty` is a hook
    on: str = WEIGHTS

    def __post_init__(self) -> None:
        super().__post_init__()  # type: ignore[misc]  # of the method beside which this stands
        check(self.regulariser)
        if self.on not in (WEIGHTS, SCALES):
            raise ValueError(f"on must be {WEIGHTS} or {SCALES}, got {self.on!r}")
        if self.on == SCALES and isinstance(self.regulariser, Grouped | Composite):
            raise ValueError(f"{type(self.regulariser).__name__} is a penalty of groups, which scales of batch normalisation do not form")

    @classmethod
    def made(cls, penalty: str | Penalty | None = None, shape: float | None = None, **options: Any) -> Self:
        if shape is not None and not isinstance(penalty, str):
            raise ValueError("a shape goes with the name of a penalty")
        if penalty is not None:
            options["regulariser"] = named(penalty, shape) if isinstance(penalty, str) else penalty
        return cls(**options)

    def penalised(self, model: nn.Module) -> dict[str, Any]:
        if self.on == WEIGHTS:
            return super().penalised(model)  # type: ignore[misc]
        found = scaled_layers(model)
        if not found:
            raise SuiteError(
                f"{self.name}: the network has no batch normalisation whose scales could be penalised",
                "use a model that has one, such as vgg_19, preresnet_164, densenet_40 or mlp_500_300",
            )
        return found

    def members(self, layer: Any) -> Tensor:
        return super().members(layer) if self.on == WEIGHTS else layer.weight  # type: ignore[misc]


def check(penalty: Any) -> None:
    """ValueError unless it is a penalty that its class and the fields of its dataclass describe in full."""
    if not isinstance(penalty, Penalty):
        raise ValueError(f"penalty must be a name or an instance of a Penalty, not {penalty!r}")
    known: dict[str, Any] = {f.name: getattr(penalty, f.name) for f in fields(penalty)} if is_dataclass(penalty) else {}
    if loose := sorted(getattr(penalty, "__dict__", {}).keys() - known.keys()):
        raise ValueError(f"{type(penalty).__name__}.{loose[0]} is no field of a dataclass, so it would not be part of the run's key")
    for name, value in known.items():
        if isinstance(value, Penalty):
            check(value)
        elif not isinstance(value, bool | int | float | str | None):
            raise ValueError(f"{type(penalty).__name__}.{name} must be a number, a text or a penalty, not {type(value).__name__}")
