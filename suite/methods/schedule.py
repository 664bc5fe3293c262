"""How long and how fast a run trains: the settings that every method of a table shares."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Schedule:
    """Optimiser, rate, length and batch of a run.

    epochs          passes over the training set
    batch_size      images a step; the last batch of an epoch is smaller when it does not divide the set
    optimizer       "adam" or "sgd"
    learning_rate   rate of the first epoch, multiplied by `decay` when an epoch in `milestones` begins
    milestones      epochs (counted from 0) at whose beginning the rate drops
    linear_from     share of the epochs after which the rate falls on a line to 0 at the end, epoch by epoch; 1: it does not
    epsilon         added to the root of Adam's second moment; a loss that is k times as great steps as this one does with epsilon / k
    epoch_steps     steps in an epoch, on passes over the training set begun anew in each epoch; 0: one pass
    reshuffle       each epoch takes the examples in an order of its own; False: all in that of the first
    penalty_factor  multiplies the strength of every method's penalty alike (1 = the paper's strength)
    rate_factor     multiplies the learning rate of every row alike (1 = the paper's rate)
    decay_penalised whether weight decay acts on the weights that penalties act on, and on a method's own parameters, as on all others
    """

    epochs: int
    batch_size: int = 100
    optimizer: str = "adam"
    learning_rate: float = 1e-3
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0
    milestones: tuple[int, ...] = ()
    decay: float = 0.1
    penalty_factor: float = 1.0
    epoch_steps: int = 0
    linear_from: float = 1.0
    reshuffle: bool = True
    epsilon: float = 1e-8
    rate_factor: float = 1.0
    decay_penalised: bool = True

    def __post_init__(self) -> None:
        for name in ("batch_size", "penalty_factor", "epsilon", "rate_factor"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)}")
        for name in ("epochs", "learning_rate", "decay", "epoch_steps"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must not be negative, got {getattr(self, name)}")
        if not 0 <= self.linear_from <= 1:
            raise ValueError(f"linear_from must lie between 0 and 1, got {self.linear_from}")

    def rate(self, epoch: int) -> float:
        """Learning rate of an epoch: that of the milestones, times (E - epoch) / (E - E linear_from) of E epochs on the line."""
        rate = self.rate_factor * self.learning_rate * self.decay ** sum(epoch >= m for m in self.milestones)
        return rate * min(1.0, (1 - epoch / self.epochs) / (1 - self.linear_from)) if self.linear_from < 1 else rate

    def examples(self, n_train: int) -> int:
        """Examples seen in an epoch on a training set of that size."""
        return self.epoch_steps * self.batch_size or n_train

    def steps(self, n_train: int) -> int:
        """Steps in an epoch; the last takes fewer examples where the batch does not divide a pass."""
        return -(-self.examples(n_train) // self.batch_size)

    def squeezed(self, epochs: int, **changes) -> Schedule:
        """The same schedule over fewer epochs: each milestone keeps its share of the training, rounded up to an epoch."""
        milestones = tuple(-(-m * epochs // self.epochs) for m in self.milestones)
        return replace(self, epochs=epochs, milestones=milestones, **changes)
