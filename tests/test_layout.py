"""The house rules that a machine can check: who may import whom, and what may be called where."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OURS = ("datasets", "naive", "keras_ref", "sidebyside")
MAY_IMPORT = {
    "datasets": set(),
    "naive": set(),
    "keras_ref": {"naive"},
    "sidebyside": {"datasets", "naive", "keras_ref"},
}
THIRD_PARTY = {
    "datasets": {"numpy", "sklearn", "keras"},
    "naive": {"tensorflow", "numpy"},
    "keras_ref": {"keras", "tensorflow", "numpy", "sklearn"},
}
DOORS_TO_KERAS = {"keras", "losses", "metrics", "optimizers", "initializers", "compat"}
"""`tf.keras` and these other attributes of `tf` are Keras, or lead to it."""
COMPUTE_THROUGH_OPS = ("naive/layers", "naive/losses", "naive/metrics", "naive/optimizers", "naive/models.py")
TRANSLATORS = ("keras_ref/convert/", "keras_ref/__init__.py")
STANDARD = set(__import__("sys").stdlib_module_names) | {"__future__"}


def files(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every imported module's full name, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import in line {node.lineno}: write the full name"
            yield node.module or "", node.lineno


def direction_errors(package: str, source: str) -> list[str]:
    errors = []
    for module, line in imports(ast.parse(source)):
        top = module.split(".")[0]
        allowed = MAY_IMPORT[package] | {package} if top in OURS else STANDARD | THIRD_PARTY.get(package, {top})
        if top not in allowed:
            errors.append(f"line {line}: {package} imports {module}")
    return errors


def door_errors(source: str) -> list[str]:
    """Ways from `naive/` to Keras: an import, or an attribute of `tf` that is Keras."""
    errors = []
    tree = ast.parse(source)
    for module, line in imports(tree):
        parts = module.split(".")
        if "keras" in parts or (parts[0] == "tensorflow" and len(parts) > 1 and parts[1] in DOORS_TO_KERAS):
            errors.append(f"line {line}: imports {module}")
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "tensorflow":
            errors += [f"line {node.lineno}: imports {a.name}" for a in node.names if a.name in DOORS_TO_KERAS]
        if isinstance(node, ast.Attribute) and node.attr in DOORS_TO_KERAS and isinstance(node.value, ast.Name):
            errors += [f"line {node.lineno}: uses tf.{node.attr}"] * (node.value.id in ("tf", "tensorflow"))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "__import__":
            errors.append(f"line {node.lineno}: imports by name")
        if isinstance(node, ast.Attribute) and node.attr == "import_module":
            errors.append(f"line {node.lineno}: imports by name")
    return errors


def computing_errors(source: str) -> list[str]:
    """TensorFlow reached directly where only `ops` may compute."""
    tree = ast.parse(source)
    return [f"line {line}: imports {name}" for name, line in imports(tree) if name.split(".")[0] == "tensorflow"]


def all_files() -> list[tuple[str, Path]]:
    return [(package, path) for package in OURS for path in files(package)]


@pytest.mark.parametrize(("package", "path"), all_files(), ids=lambda value: str(value).removeprefix(f"{ROOT}/"))
def test_imports_point_one_way(package: str, path: Path) -> None:
    assert direction_errors(package, path.read_text()) == []


@pytest.mark.parametrize("path", files("naive"), ids=lambda path: str(path.relative_to(ROOT)))
def test_naive_has_no_door_to_keras(path: Path) -> None:
    assert door_errors(path.read_text()) == []


@pytest.mark.parametrize("path", files("naive"), ids=lambda path: str(path.relative_to(ROOT)))
def test_layers_losses_metrics_and_rules_compute_through_ops(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    if name.startswith(COMPUTE_THROUGH_OPS):
        assert computing_errors(path.read_text()) == []


@pytest.mark.parametrize("path", files("keras_ref"), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_translators_know_naive(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    if not name.startswith(TRANSLATORS):
        assert [module for module, _ in imports(ast.parse(path.read_text())) if module.split(".")[0] == "naive"] == []


def test_datasets_meet_keras_only_inside_a_function() -> None:
    for path in files("datasets"):
        for node in ast.parse(path.read_text()).body:
            names = [module for module, _ in imports(node)] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
            assert not any(name.split(".")[0] == "keras" for name in names), path


@pytest.mark.parametrize("path", [path for _, path in all_files()], ids=lambda path: str(path.relative_to(ROOT)))
def test_no_star_imports(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert all(alias.name != "*" for alias in node.names)


@pytest.mark.parametrize("package", ["naive"])
def test_files_and_functions_stay_short(package: str) -> None:
    for path in files(package):
        source = path.read_text()
        assert source.count("\n") <= 330, f"{path.name} is longer than a reader follows"
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 75, f"{path.name}: {node.name}"


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("naive", "import keras"),
        ("naive", "from keras_ref import mlp"),
        ("naive", "import sklearn.metrics"),
        ("datasets", "import naive"),
        ("datasets", "import tensorflow"),
        ("keras_ref", "from sidebyside import compare"),
        ("keras_ref", "import datasets"),
    ],
)
def test_the_direction_check_finds_what_it_is_for(package: str, source: str) -> None:
    assert direction_errors(package, source)


@pytest.mark.parametrize(
    "source",
    [
        "import keras.layers",
        "import tensorflow as tf\nx = tf.keras.layers.Dense",
        "import tensorflow as tf\nx = tf.losses.mse",
        "import tensorflow as tf\nx = tf.compat.v1.layers",
        "from tensorflow import keras",
        "from tensorflow import optimizers as o",
        "from tensorflow.keras import layers",
        "from tensorflow.python.keras import backend",
        "import importlib\nimportlib.import_module('keras')",
        "__import__('keras')",
    ],
)
def test_the_door_check_finds_what_it_is_for(source: str) -> None:
    assert door_errors(source)


def test_the_ops_check_finds_what_it_is_for() -> None:
    assert computing_errors("import tensorflow as tf\ny = tf.matmul(a, b)")
    assert computing_errors("from tensorflow.math import exp")


def test_nothing_stands_between_the_tests_and_the_packages() -> None:
    """A package file in `tests/datasets` and the like would shadow the packages of the same name."""
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_versions_are_pinned_in_one_way_only() -> None:
    import tomllib

    from keras_ref.environment import TESTED

    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    pins = dict(line.split("==") for line in dependencies if "==" in line)
    assert pins == TESTED
