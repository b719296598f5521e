"""IDX files: what is read, and each kind of damage, in one line naming the file."""

import gzip
import struct

import numpy as np
import pytest

from datasets import DatasetError
from datasets.idx import read_idx, read_idx_files

ARRAY = np.random.default_rng(0).integers(0, 256, (30, 4, 5)).astype(np.uint8)


def refusal(path, content, shape=ARRAY.shape):
    """The one-line message that reading ``content`` ends with."""
    path.write_bytes(content)
    with pytest.raises(DatasetError) as caught:
        read_idx(path, shape)
    message = str(caught.value)
    assert "\n" not in message
    assert repr(str(path)) in message
    assert "Expected" in message
    return message


@pytest.mark.parametrize("array", [ARRAY, ARRAY[:, 0, 0].copy()])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("name", ["x", "x.gz"])
def test_reads_what_was_written_whatever_the_name_says(tmp_path, idx_bytes, array, pack, name):
    (tmp_path / name).write_bytes(pack(idx_bytes(array)))
    received = read_idx(tmp_path / name, array.shape)
    assert received.dtype == np.uint8
    np.testing.assert_array_equal(received, array)


def test_the_four_files_are_read_in_order(fashion, fashion_idx):
    names = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    received = read_idx_files([fashion_idx / f"{name}-ubyte.gz" for name in names])
    for array, wanted in zip(received, fashion, strict=True):
        np.testing.assert_array_equal(array, wanted)


@pytest.mark.parametrize(
    ("magic", "shown"),
    [(0x0801, "0x00000801"), (0x0D03, "0x00000d03"), (0x03080000, "0x03080000")],
)
def test_another_magic_number(tmp_path, idx_bytes, magic, shown):
    content = struct.pack(">I", magic) + idx_bytes(ARRAY)[4:]
    message = refusal(tmp_path / "x", content)
    assert "0x00000803 (unsigned bytes, 3 dimensions)" in message
    assert message.endswith(f"Received: {shown}.")


@pytest.mark.parametrize("content", [b"", b"\0", b"\0\0\x08"])
def test_not_even_a_magic_number(tmp_path, content):
    assert refusal(tmp_path / "x", content).endswith(f"Received: {len(content)} bytes.")


def test_other_dimensions(tmp_path, idx_bytes):
    message = refusal(tmp_path / "x", idx_bytes(ARRAY[:29]))
    assert "Expected the dimensions (30, 4, 5). Received: (29, 4, 5)." in message


def test_a_header_cut_short(tmp_path, idx_bytes):
    message = refusal(tmp_path / "x", idx_bytes(ARRAY)[:14])
    assert "Expected the dimensions (30, 4, 5). Received: (30, 4)." in message


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_too_few_values(tmp_path, idx_bytes, pack):
    message = refusal(tmp_path / "x", pack(idx_bytes(ARRAY)[:-1]))
    assert "Expected 616 bytes (header and values). Received: 615 bytes." in message


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_too_many_values(tmp_path, idx_bytes, pack):
    message = refusal(tmp_path / "x", pack(idx_bytes(ARRAY) + b"\0\0"))
    assert "Expected 616 bytes (header and values). Received: a longer file." in message


@pytest.mark.parametrize("left", [2, 5, 12, 100, -8, -1])
def test_truncated_gzip(tmp_path, idx_bytes, left):
    message = refusal(tmp_path / "x.gz", gzip.compress(idx_bytes(ARRAY))[:left])
    assert "Expected a complete IDX file. Received: EOFError" in message


def test_an_altered_byte_anywhere_in_gzip_is_noticed(tmp_path, idx_bytes):
    packed = gzip.compress(idx_bytes(ARRAY))
    for place in (*range(10, len(packed), 7), len(packed) - 1):
        altered = bytearray(packed)
        altered[place] ^= 0xFF
        refusal(tmp_path / "x.gz", bytes(altered))


def test_a_folder_in_place_of_the_file(tmp_path):
    with pytest.raises(DatasetError, match="IsADirectoryError"):
        read_idx(tmp_path, ARRAY.shape)
