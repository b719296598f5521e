"""The README's picture, from a real training: `python docs/make_picture.py`.

Left, the loss of both sides while they learn handwritten digits. Right, how far the weights are apart after every
update: nothing at all, and, in a second pair of trainings, what becomes of one flipped bit in one of 9,610 weights.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np

from sidebyside import quiet

OUT = Path(__file__).parent / "generated" / "side_by_side.png"
INK, PALE, FLIPPED = "#14324f", "#f2b950", "#c2402a"


def main() -> None:
    """Train two pairs, draw, write the file."""
    mpl.use("Agg")
    quiet.load("cpu", None)
    from matplotlib import pyplot as plt

    equal, flipped = train(flip=False), train(flip=True)
    assert equal.equal
    assert not flipped.equal
    plt.rcParams.update({"font.size": 11, "axes.spines.top": False, "axes.spines.right": False})
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), constrained_layout=True)
    epochs = np.arange(1, len(equal.history_keras["loss"]) + 1)
    left.plot(epochs, equal.history_keras["loss"], color=PALE, linewidth=9, solid_capstyle="round", label="Keras")
    left.plot(epochs, equal.history_naive["loss"], color=INK, linewidth=1.6, label="from scratch")
    left.set(xlabel="epoch", ylabel="training loss", xticks=epochs[3::4], ylim=(0, None))
    left.set_title(f"{equal.updates_naive} updates on each side, one curve", loc="left", fontweight="bold")
    left.legend(frameon=False)
    updates = np.arange(1, len(equal.updates) + 1)
    right.plot(updates, [max(one.max_abs) for one in flipped.updates], color=FLIPPED, linewidth=1.6)
    right.plot(updates, [max(one.max_abs) for one in equal.updates], color=INK, linewidth=3, clip_on=False)
    right.set_yscale("symlog", linthresh=1e-9, linscale=0.5)
    right.set(xlabel="update", ylabel="largest distance of any weight", ylim=(0, 1e-6))
    right.set_yticks([0, 1e-8, 1e-7, 1e-6])
    right.set_title("Weights, from scratch against Keras", loc="left", fontweight="bold")
    label(right, updates[-1], max(flipped.updates[-1].max_abs), 14, FLIPPED,
          f"one flipped bit before training: {flipped.weights_different:,} different")  # fmt: skip
    label(right, updates[-1], 0, 6, INK, f"as it is: 0 of {equal.weights_total:,} different, after every update")
    OUT.parent.mkdir(exist_ok=True)
    figure.savefig(OUT, dpi=144)
    print(f"{OUT.name}: {equal.verdict}")


def label(axes, x, y, lift: int, color: str, text: str) -> None:  # type: ignore[no-untyped-def]
    """Text above the end of a line."""
    axes.annotate(text, (x, y), color=color, ha="right", va="bottom", xytext=(0, lift), textcoords="offset points")


def train(flip: bool):  # type: ignore[no-untyped-def]
    """The embedded task, with one bit of one first weight flipped on our side if asked."""
    import datasets
    import keras_ref
    import naive
    from sidebyside import TASKS, compare
    from sidebyside.examples import prepare
    from sidebyside.running import build_naive

    task = TASKS["digits-mlp"]
    examples = prepare(task, datasets.load("digits"), 0)
    naive.set_random_seed(0)
    model = build_naive(task, examples)
    twin = keras_ref.to_keras(model)
    if flip:
        kernel = model.weights[0].numpy()
        kernel[20, 64] = np.nextafter(kernel[20, 64], np.float32(np.inf))
        model.weights[0].assign(kernel)
    x, y = examples.x_train, examples.y_train
    optimizer = naive.NaiveSGD(task.learning_rate)
    return compare(model, twin, x, y, epochs=task.epochs, batch_size=task.batch_size, optimizer=optimizer, probes=0)


if __name__ == "__main__":
    main()
