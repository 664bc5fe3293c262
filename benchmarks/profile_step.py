"""Where the time of a training step goes: python benchmarks/profile_step.py [method] [--steps N]

One thread, LeNet-5-Caffe, batches of 100 MNIST-shaped images. Prints the operators of the step by their own time, the step's
arithmetic, and the matrix rate of the same core, which bounds it from below.
"""

from __future__ import annotations

import time

import click


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("name", default="dense")
@click.option("--steps", default=50, show_default=True)
@click.option("--rows", default=14, show_default=True, help="Operators to show.")
def main(name: str, steps: int, rows: int) -> None:
    """Profile one training step of the method NAME."""
    import torch
    from torch.profiler import ProfilerActivity, profile

    from suite.data.dataset import Dataset
    from suite.experiment.spec import RunSpec
    from suite.methods import method
    from suite.methods.schedule import Schedule
    from suite.runs.worker import prepare_process
    from suite.training.loop import Training

    prepare_process()
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (100 * 60, 1, 28, 28), dtype=torch.uint8, generator=generator)
    labels = torch.arange(len(images)) % 10
    data = Dataset.from_arrays(
        "profile", {"x_train": images.numpy(), "y_train": labels.numpy(), "x_test": images[:100].numpy(), "y_test": labels[:100].numpy()}
    )
    run = Training(RunSpec.of("mnist", "lenet5_caffe", method(name), Schedule(epochs=1)), data)
    run.method.before_epoch(0)
    batches = [(run.x[i : i + 100], run.y[i : i + 100]) for i in range(0, len(run.x), 100)]

    def timed() -> list[float]:
        times = []
        for i in range(steps):
            start = time.perf_counter()
            run.step(*batches[i % len(batches)])
            times.append(time.perf_counter() - start)
        return sorted(times)

    timed()
    times = timed()
    with profile(activities=[ProfilerActivity.CPU], record_shapes=True) as found:
        timed()
    a = torch.randn(1024, 1024)
    matrix = min(_seconds(lambda: a @ a) for _ in range(20))
    rate = 2 * 1024**3 / matrix
    # forward, gradient of the weights, and gradient of the inputs of every layer but the first
    operations = 2 * 100 * (3 * 2_293_000 - 288_000)
    click.echo(
        found.key_averages(group_by_input_shape=True).table(sort_by="self_cpu_time_total", row_limit=rows, max_shapes_column_width=60)
    )
    click.echo(f"step: median {1e3 * times[steps // 2]:.2f} ms, least {1e3 * times[0]:.2f} ms ({name}, batch 100, one thread)")
    click.echo(
        f"matrix rate {rate / 1e9:.0f} GFLOP/s; the step's {operations / 1e9:.2f} GFLOP at that rate: {1e3 * operations / rate:.2f} ms"
    )


def _seconds(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
