"""Settings and versions: what would change the numbers in silence is refused or named."""

import json
import os
import subprocess
import sys
import warnings
from importlib import metadata
from pathlib import Path

import keras
import pytest

from keras_ref import TESTED, UntestedVersionWarning, check_backend, check_settings, check_versions
from keras_ref.environment import keras_config_path

GOOD = {"floatx": "float32", "epsilon": 1e-07, "backend": "tensorflow", "image_data_format": "channels_last"}


@pytest.fixture
def keras_home(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    return tmp_path


def write(home, settings):
    (home / "keras.json").write_text(settings if isinstance(settings, str) else json.dumps(settings))


def test_where_keras_looks(keras_home, monkeypatch):
    assert keras_config_path() == keras_home / "keras.json"
    monkeypatch.delenv("KERAS_HOME")
    assert keras_config_path() == Path.home() / ".keras" / "keras.json"


@pytest.mark.parametrize("settings", [None, GOOD, {}, "not json", "[1, 2]", GOOD | {"unknown": 1}])
def test_settings_that_change_nothing(keras_home, settings):
    if settings is not None:
        write(keras_home, settings)
    check_backend()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"floatx": "float16"}, r"Expected floatx='float32'. Received: floatx='float16'"),
        ({"floatx": "float64"}, r"keras.json change the numbers.*Received: floatx='float64'"),
        ({"image_data_format": "channels_first"},
         r"Expected image_data_format='channels_last'. Received: image_data_format='channels_first'"),
        ({"backend": "jax"}, r"Expected backend='tensorflow'. Received: backend='jax'"),
    ],
)  # fmt: skip
def test_a_keras_json_that_changes_the_numbers(keras_home, changed, message):
    write(keras_home, GOOD | changed)
    with pytest.raises(ValueError, match=message):
        check_backend()


@pytest.mark.parametrize("backend", ["jax", "torch", "numpy", "theano"])
def test_another_backend_by_environment(keras_home, monkeypatch, backend):
    monkeypatch.setenv("KERAS_BACKEND", backend)
    with pytest.raises(ValueError, match=rf"Keras must run on TensorFlow.*Received: KERAS_BACKEND='{backend}'"):
        check_backend()


def test_the_environment_wins_over_the_file(keras_home, monkeypatch):
    write(keras_home, GOOD | {"backend": "jax"})
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    check_backend()


def test_the_backend_is_refused_before_keras_is_imported():
    code = "import sys\ntry:\n    import keras_ref\nexcept ValueError as e:\n    print(e, 'keras' in sys.modules)"
    environment = os.environ | {"KERAS_BACKEND": "jax"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert "Received: KERAS_BACKEND='jax' False" in done.stdout


def test_settings_as_they_should_be():
    check_settings()


@pytest.mark.parametrize(
    ("change", "back", "message"),
    [
        (lambda: keras.config.set_floatx("float16"), lambda: keras.config.set_floatx("float32"),
         r"Keras's setting `floatx` changes the numbers. Expected 'float32'. Received: floatx='float16'"),
        (lambda: keras.config.set_image_data_format("channels_first"),
         lambda: keras.config.set_image_data_format("channels_last"),
         r"Received: image_data_format='channels_first'"),
        (lambda: keras.config.set_dtype_policy("mixed_bfloat16"), lambda: keras.config.set_dtype_policy("float32"),
         r"Keras's setting `dtype_policy` changes.*Received: dtype_policy='mixed_bfloat16'"),
    ],
)  # fmt: skip
def test_settings_changed_at_run_time(change, back, message):
    change()
    try:
        with pytest.raises(ValueError, match=message):
            check_settings()
    finally:
        back()
    check_settings()


@pytest.mark.parametrize("name", TESTED)
def test_another_version_is_named_beside_the_tested_one(monkeypatch, name):
    real = metadata.version
    monkeypatch.setattr(metadata, "version", lambda asked: "9.9.9" if asked == name else real(asked))
    with pytest.warns(UntestedVersionWarning) as caught:
        check_versions()
    assert len(caught) == 1
    assert f"{name} {TESTED[name]}" in str(caught[0].message)
    assert f"{name} 9.9.9" in str(caught[0].message)


def test_the_tested_versions_and_missing_ones_are_silent(monkeypatch):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_versions()

        def nowhere(name):
            raise metadata.PackageNotFoundError(name)

        monkeypatch.setattr(metadata, "version", nowhere)
        check_versions()


def test_the_tested_versions_are_the_pins_of_the_package():
    pins = {
        line.split("==")[0]: line.split("==")[1]
        for line in metadata.requires("naive-keras")
        if "==" in line and ";" not in line
    }
    assert pins == TESTED
