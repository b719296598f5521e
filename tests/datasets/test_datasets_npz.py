"""NumPy archives: what is read, and each kind of damage, in one line naming the file."""

import io

import numpy as np
import pytest

from datasets import DatasetError
from datasets.npz import read_npz

ARRAYS = {
    key: np.random.default_rng(size).integers(0, 256, size).astype(np.uint8)
    for size, key in ((400, "x_train"), (40, "y_train"), (300, "x_test"), (30, "y_test"))
}


def archive(save=np.savez, **changes):
    """The bytes of an archive of ``ARRAYS``, with some replaced, or left out for None."""
    arrays = {key: array for key, array in (ARRAYS | changes).items() if array is not None}
    file = io.BytesIO()
    save(file, **arrays)
    return file.getvalue()


def refusal(path, content):
    """The one-line message that reading ``content`` ends with."""
    path.write_bytes(content)
    with pytest.raises(DatasetError) as caught:
        read_npz(path)
    message = str(caught.value)
    assert "\n" not in message
    assert repr(str(path)) in message
    assert "Expected" in message
    return message


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_reads_the_four_arrays_and_ignores_others(tmp_path, save):
    (tmp_path / "x.npz").write_bytes(archive(save, more=np.zeros(3)))
    for array, wanted in zip(read_npz(tmp_path / "x.npz"), ARRAYS.values(), strict=True):
        np.testing.assert_array_equal(array, wanted)


@pytest.mark.parametrize("missing", ARRAYS)
def test_a_missing_array(tmp_path, missing):
    message = refusal(tmp_path / "x.npz", archive(**{missing: None}))
    assert "Expected the arrays x_train, y_train, x_test, y_test." in message
    assert missing not in message.split("Received: ")[1]


def test_an_archive_of_nothing(tmp_path):
    message = refusal(tmp_path / "x.npz", archive(**dict.fromkeys(ARRAYS)))
    assert message.endswith("Received: none.")


def test_a_single_array(tmp_path):
    file = io.BytesIO()
    np.save(file, ARRAYS["x_train"])
    assert "a file with a single array" in refusal(tmp_path / "x.npz", file.getvalue())


class Trap:
    """Unpickling this would fail the test."""

    def __reduce__(self):
        return pytest.fail, ("a pickle was opened",)


def test_a_pickle_inside_is_never_opened(tmp_path):
    trap = np.array([Trap()], dtype=object)
    message = refusal(tmp_path / "x.npz", archive(x_test=trap))
    assert "Object arrays cannot be loaded" in message


def test_a_pickle_in_place_of_the_archive_is_never_opened(tmp_path):
    content = b"cpytest\nfail\n(Va pickle was opened\ntR."
    assert "ValueError" in refusal(tmp_path / "x.npz", content)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html>\nnot found\n</html>"])
def test_not_an_archive(tmp_path, content):
    refusal(tmp_path / "x.npz", content)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_truncated_anywhere(tmp_path, save):
    whole = archive(save)
    for left in range(1, len(whole), 97):
        refusal(tmp_path / "x.npz", whole[:left])


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_an_altered_byte_is_either_noticed_or_harmless(tmp_path, save):
    whole, noticed = archive(save), 0
    for place in range(0, len(whole), 5):
        altered = bytearray(whole)
        altered[place] ^= 0xFF
        (tmp_path / "x.npz").write_bytes(altered)
        try:
            received = read_npz(tmp_path / "x.npz")
        except DatasetError:
            noticed += 1
        else:  # dates and the like: no value may have changed
            for array, wanted in zip(received, ARRAYS.values(), strict=True):
                np.testing.assert_array_equal(array, wanted)
    assert noticed > 50


def test_no_file(tmp_path):
    with pytest.raises(DatasetError, match="FileNotFoundError"):
        read_npz(tmp_path / "x.npz")
