"""Load TensorFlow and Keras without their start-up chatter, and refuse a stranger named `datasets`."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator


def check_datasets_is_ours() -> None:
    """Another well-known package is called `datasets` too; importing that one would fail much later.

    Raises:
        ValueError: the one that Python finds first is not this project's.
    """
    module = importlib.import_module("datasets")
    if not getattr(module, "__naive_keras__", False):
        raise ValueError(
            "Another package named `datasets` is installed in place of naive-keras's own. "
            "Expected naive-keras in a virtual environment of its own. "
            f"Received: datasets={getattr(module, '__file__', None)!r}"
        )


@contextlib.contextmanager
def quiet_stderr() -> Iterator[None]:
    """Hold back what libraries write to the error stream while they load; on failure it is shown after all."""
    sys.stderr.flush()
    try:
        saved = os.dup(2)
    except OSError:  # no error stream at all: nothing to hold back
        yield
        return
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except ImportError:
            os.dup2(saved, 2)
            held.seek(0)
            sys.stderr.write(held.read().decode(errors="replace"))
            raise
        finally:
            os.dup2(saved, 2)
            os.close(saved)


def load(device: str, threads: int | None) -> None:
    """Import both sides, and choose device and threads before TensorFlow computes anything.

    Raises:
        ValueError: a Keras setting, device or number of threads that cannot be used.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    check_datasets_is_ours()
    with quiet_stderr(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keras_ref = importlib.import_module("keras_ref")
        keras_ref.check_backend()
        importlib.import_module("sidebyside.environment").prepare(device, threads)
        importlib.import_module("sidebyside.running")
        tensorflow = importlib.import_module("tensorflow")
        tensorflow.constant(0)  # opens the device, with its messages, here
        # A program that compiles many small models is told again and again that it does.
        tensorflow.get_logger().setLevel("ERROR")
    keras_ref.check_versions()  # where its warning can be read
