"""Whose arrays are these? Form first, then content."""

import numpy as np
import pytest

from datasets import DatasetError
from datasets.raw import RawImages
from datasets.verify import MNIST_SHA256, verify

ORIGINS = ("a", "b", "c", "d")


def refusal(name, raw):
    """The one-line message that verifying ``raw`` ends with."""
    with pytest.raises(DatasetError) as caught:
        verify(name, raw, ORIGINS)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
@pytest.mark.parametrize(
    ("origin", "field", "change", "received"),
    [
        ("a", "x_train", lambda x: x[:-1], "uint8 and shape (59999, 28, 28)"),
        ("a", "x_train", lambda x: x.reshape(-1, 784), "uint8 and shape (60000, 784)"),
        ("b", "y_train", lambda y: y.astype(np.int64), "int64 and shape (60000,)"),
        ("c", "x_test", lambda x: x.astype(np.float32), "float32 and shape (10000, 28, 28)"),
        ("d", "y_test", lambda y: y[:, None], "uint8 and shape (10000, 1)"),
    ],
)
def test_another_shape_or_dtype(fashion, name, origin, field, change, received):
    message = refusal(name, fashion._replace(**{field: change(getattr(fashion, field))}))
    assert message.startswith(f"Could not use '{origin}'. Expected {field} of uint8 and shape (")
    assert message.endswith(f"Received: {received}.")


def test_arrays_of_fashion_mnists_form_are_accepted(fashion):
    verify("fashion_mnist", fashion, ORIGINS)


def test_other_images_are_not_mnist(fashion):
    message = refusal("mnist", fashion)
    assert message.startswith("Refused 'a': it is not MNIST, or was altered.")
    assert MNIST_SHA256[0] in message


@pytest.mark.parametrize(("origin", "field"), [("b", "y_train"), ("d", "y_test")])
def test_unbalanced_labels_are_not_fashion_mnist(fashion, origin, field):
    labels = getattr(fashion, field).copy()
    labels[np.flatnonzero(labels == 3)[0]] = 7
    each = len(labels) // 10
    message = refusal("fashion_mnist", fashion._replace(**{field: labels}))
    assert message.startswith(f"Refused '{origin}': it is not Fashion-MNIST, or was altered.")
    assert f"Expected {each:,} of each label from 0 to 9 in {field}" in message
    counts = [each, each, each, each - 1, each, each, each, each + 1, each, each]
    assert f"Received: {counts} of these and 0 other labels" in message


def test_labels_beyond_nine_are_not_fashion_mnist(fashion):
    labels = fashion.y_test.copy()
    labels[labels == 9] = 200
    message = refusal("fashion_mnist", fashion._replace(y_test=labels))
    assert message.endswith("1000, 0] of these and 1000 other labels.")


@pytest.fixture(scope="module")
def genuine():
    """MNIST's arrays, restored from what ``load`` gives."""
    import datasets

    data = datasets.load("mnist")
    arrays = (data.x_train * 255, data.y_train, data.x_test * 255, data.y_test)
    raw = RawImages(*(np.round(array).astype(np.uint8) for array in arrays))
    return raw._replace(x_train=raw.x_train.reshape(-1, 28, 28), x_test=raw.x_test.reshape(-1, 28, 28))


@pytest.mark.mnist
def test_mnist_is_mnist_in_either_memory_order(genuine):
    verify("mnist", genuine, ORIGINS)
    verify("mnist", genuine._replace(x_test=np.asfortranarray(genuine.x_test)), ORIGINS)


@pytest.mark.mnist
@pytest.mark.parametrize(("origin", "field"), [*zip(ORIGINS, RawImages._fields, strict=True)])
def test_one_altered_value_is_not_mnist(genuine, origin, field):
    altered = getattr(genuine, field).copy()
    altered.flat[-1] ^= 1
    message = refusal("mnist", genuine._replace(**{field: altered}))
    assert message.startswith(f"Refused '{origin}': it is not MNIST, or was altered.")
    assert f"Expected values of {field} with sha256" in message


@pytest.mark.mnist
@pytest.mark.parametrize(("origin", "field"), [*zip(ORIGINS, RawImages._fields, strict=True)])
def test_any_array_of_mnist_is_not_fashion_mnist(fashion, genuine, origin, field):
    message = refusal("fashion_mnist", fashion._replace(**{field: getattr(genuine, field)}))
    assert message == (f"Refused '{origin}'. Expected {field} of Fashion-MNIST. Received: that of MNIST.")
