"""How long does the same training take, from scratch and in Keras? Ratios, from interleaved runs.

Both sides train the same network on the same embedded digits, repeated to the asked number of examples, for two
epochs; loss and accuracy are computed on both sides. The first run of each side compiles and is not counted. After
the timed runs the weights must be equal to the last bit, else there is nothing to compare.

Keras's `fit` also waits, at the end of each epoch, for its data pipeline to settle, which inflates its wall time most
where epochs are short; processor time is shown beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

EXECUTIONS = ("eager", "graph", "xla")


def main() -> None:
    """Measure and print a table, or JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.examples < 1 or options.repeats < 1:
        parser.error("Expected examples >= 1 and repeats >= 1.")
    from sidebyside.quiet import load

    load("cpu", None)
    rows = [measure(execution, options.examples, options.repeats) for execution in EXECUTIONS]
    if options.json:
        print(json.dumps(rows))
        return
    from sidebyside import environment

    print(
        f"64-512-10 on {options.examples:,} digits, 2 epochs, batch 128; median of {options.repeats} interleaved runs"
    )
    print("mode    naive / Keras's fit, wall   spread       processor time   weights")
    for row in rows:
        low, high = row["wall_spread"]
        same = "equal" if row["equal"] else "DIFFERENT"
        print(
            f"{row['execution']:8}{row['wall']:20.2f}       {low:.2f} to {high:.2f}{row['processor']:15.2f}     {same}"
        )
    print(f"holds for {environment.current().one_line()}")
    sys.exit(0 if all(row["equal"] for row in rows) else 1)


def measure(execution: str, examples: int, repeats: int) -> dict[str, Any]:
    """Ratios naive / Keras of one mode."""
    import keras
    import numpy as np

    import datasets
    import keras_ref
    import naive

    digits = datasets.load("digits")
    x = np.resize(np.asarray(digits.x_train), (examples, digits.num_features))
    y = np.resize(np.asarray(digits.y_train), examples)
    naive.set_random_seed(0)
    model = naive.NaiveSequential([naive.NaiveDense(64, 512, "relu"), naive.NaiveDense(512, 10, "softmax")])
    start = naive.get_arrays(model)
    twin = keras_ref.to_keras(model)
    loss = "sparse_categorical_crossentropy"
    keras_ref.compile_model(twin, loss, keras.optimizers.SGD(0.1), ["accuracy"], execution)
    training = naive.TrainingRun(
        model, x, y, 128, optimizer=naive.NaiveSGD(0.1), loss=loss, metrics=["accuracy"], execution=execution
    )

    def ours() -> None:
        for _ in range(2):
            training.begin_epoch()
            training.advance(training.num_batches)
            training.end_epoch()

    def theirs() -> None:
        twin.fit(x, y, batch_size=128, epochs=2, shuffle=False, verbose=0)

    wall, processor = [], []
    for run in range(repeats + 1):
        naive.set_arrays(model, start)
        twin.set_weights(list(start.values()))
        mine, reference = timed(ours), timed(theirs)
        if run:  # the first one compiles
            wall.append(mine[0] / reference[0])
            processor.append(mine[1] / reference[1])
    pairs = zip(model.weights, twin.weights, strict=True)
    return {
        "execution": execution,
        "wall": statistics.median(wall),
        "wall_spread": (min(wall), max(wall)),
        "processor": statistics.median(processor),
        "equal": all(np.array_equal(a.numpy(), b.numpy()) for a, b in pairs),
    }


def timed(function: Callable[[], None]) -> tuple[float, float]:
    """Wall seconds and processor seconds of one call."""
    wall, processor = time.perf_counter(), time.process_time()
    function()
    return time.perf_counter() - wall, time.process_time() - processor


if __name__ == "__main__":
    main()
