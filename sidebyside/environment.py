"""What a claim of equality holds for: versions, processor, threads, device, mode."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

DEVICES = ("cpu", "gpu")
MOST_THREADS = 1024


@dataclass(frozen=True)
class Environment:
    """Where the numbers were computed."""

    python: str
    tensorflow: str
    keras: str
    numpy: str
    system: str
    processor: str
    device: str
    threads: int
    onednn: bool

    def to_dict(self) -> dict[str, Any]:
        """Plain types, for JSON."""
        return asdict(self)

    def one_line(self) -> str:
        """`tensorflow 2.21.0 · keras 3.15.1 · …`"""
        threads = f"{self.threads} thread{'s' if self.threads != 1 else ''}"
        return (
            f"tensorflow {self.tensorflow} · keras {self.keras} · numpy {self.numpy} · python {self.python} · "
            f"{self.device}, {threads}"
        )


def prepare(device: str = "cpu", threads: int | None = None) -> None:
    """Choose device and number of threads; before TensorFlow computes anything.

    Raises:
        ValueError: a device that is not there, or a number of threads that is not positive.
        RuntimeError: TensorFlow is running already (its own message).
    """
    import tensorflow as tf

    from naive import checks

    checks.one_of("device", device, DEVICES)
    if threads is not None:
        checks.positive_integer("threads", threads)
        if threads > MOST_THREADS:
            raise ValueError(f"Too many threads. Expected threads <= {MOST_THREADS}. Received: threads={threads}")
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    gpus = tf.config.list_physical_devices("GPU")
    if device == "cpu" and gpus:
        tf.config.set_visible_devices([], "GPU")
    if device == "gpu" and not gpus:
        raise ValueError("TensorFlow sees no GPU here. Expected device='cpu'. Received: device='gpu'")


def current() -> Environment:
    """The environment of this process."""
    import keras
    import numpy as np
    import tensorflow as tf

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    threads = tf.config.threading.get_intra_op_parallelism_threads() or cores
    return Environment(
        python=platform.python_version(),
        tensorflow=tf.__version__,
        keras=keras.__version__,
        numpy=np.__version__,
        system=platform.system(),
        processor=_processor(),
        device="gpu" if tf.config.get_visible_devices("GPU") else "cpu",
        threads=threads,
        onednn=os.environ.get("TF_ENABLE_ONEDNN_OPTS", "1") != "0",
    )


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
