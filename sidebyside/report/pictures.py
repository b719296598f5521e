"""Small grey pictures as PNG inside the page, made with the standard library alone."""

from __future__ import annotations

import base64
import math
import struct
import zlib
from collections.abc import Sequence


def png_data_uri(image: Sequence[Sequence[float]]) -> str:
    """Dark ink on white paper, one pixel per value.

    Args:
        image: rows of brightness; 0 is paper, the largest value (at least 1) is ink.
    """
    values = [[value if math.isfinite(value) else 0.0 for value in row] for row in image]
    top = max([1.0, *(value for row in values for value in row)])
    rows = [bytes(255 - round(255 * min(1.0, max(0.0, value / top))) for value in row) for row in values]
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)  # 8 bits of grey
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 9)  # each row begins with its filter: none
    png = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(png).decode()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
