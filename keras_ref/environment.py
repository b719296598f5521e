"""Is this Keras the Keras that the claims are about?

Equality to the last bit is a statement about versions and settings. What would silently change the numbers
(another backend, another float type, another image layout) is refused; another version only draws a warning.
"""

from __future__ import annotations

import json
import os
import warnings
from importlib import metadata
from pathlib import Path

TESTED = {"tensorflow": "2.21.0", "keras": "3.15.1", "numpy": "2.4.6"}
"""The exact versions that every claim was measured with; the same pins stand in pyproject.toml."""

REQUIRED = {"backend": "tensorflow", "floatx": "float32", "image_data_format": "channels_last"}


class UntestedVersionWarning(UserWarning):
    """A version other than the tested one is installed."""


def keras_config_path() -> Path:
    """Where Keras reads its settings: `keras.json` in `KERAS_HOME`, else in `~/.keras`."""
    return Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "keras.json"


def check_backend() -> None:
    """Before Keras is imported: it will run on TensorFlow, in float32, channels last.

    Raises:
        ValueError: `KERAS_BACKEND` or `keras.json` asks for something else.
    """
    backend = os.environ.get("KERAS_BACKEND")
    if backend not in (None, "", "tensorflow"):
        raise ValueError(
            "Keras must run on TensorFlow here. Expected KERAS_BACKEND unset or 'tensorflow'. "
            f"Received: KERAS_BACKEND={backend!r}"
        )
    path = keras_config_path()
    try:
        settings = json.loads(path.read_text())
    except (OSError, ValueError):
        return  # Keras ignores an unreadable file too, and uses its defaults.
    if not isinstance(settings, dict):
        return
    for name, expected in REQUIRED.items():
        if name == "backend" and backend:
            continue  # the environment variable wins
        if settings.get(name, expected) != expected:
            raise ValueError(
                f"Keras's settings in {path} change the numbers. "
                f"Expected {name}={expected!r}. Received: {name}={settings[name]!r}"
            )


def check_settings() -> None:
    """After Keras is imported: nobody has changed its float type, image layout or dtype policy since.

    Raises:
        ValueError: a setting that is not the tested one, or a limit on epochs or steps.
    """
    import keras

    received = {
        "floatx": keras.config.floatx(),
        "image_data_format": keras.config.image_data_format(),
        "dtype_policy": keras.config.dtype_policy().name,
    }
    expected = {"floatx": "float32", "image_data_format": "channels_last", "dtype_policy": "float32"}
    for name, limit in (("max_epochs", keras.config.max_epochs()), ("max_steps", keras.config.max_steps_per_epoch())):
        if limit:
            raise ValueError(
                f"Keras's setting `{name}` shortens every training. Expected no limit. Received: {name}={limit!r}"
            )
    for name, value in expected.items():
        if received[name] != value:
            raise ValueError(
                f"Keras's setting `{name}` changes the numbers. Expected {value!r}. Received: {name}={received[name]!r}"
            )


def check_versions() -> None:
    """Warn, naming both, for each library whose version is not the tested one."""
    for name, tested in TESTED.items():
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
        if installed != tested:
            warnings.warn(
                f"naive-keras was tested with {name} {tested}; {name} {installed} is installed. Last bits may differ.",
                UntestedVersionWarning,
                stacklevel=2,
            )
