"""Numbers that the processor computes several at a time, and the few that are left over at the end.

TensorFlow's own derivatives are written twice: for a packet of numbers, with vector instructions, and for single ones.
The two may round differently, and then a derivative must say which number is computed how.
"""

from __future__ import annotations

import tensorflow as tf

from naive.ops.mode import current_mode
from naive.ops.tensors import Tensor

PACKET = {"float32": 8, "float64": 4}
"""How many numbers the vector instructions (256 bits, as TensorFlow is built) take at once."""


def by_packets(in_packets: Tensor, one_by_one: Tensor) -> Tensor:
    """The first result where whole packets are computed, the second for what is left over; under XLA the second."""
    if current_mode() == "xla":
        return one_by_one
    count = tf.size(in_packets)
    whole = count - count % PACKET[in_packets.dtype.name]
    return tf.where(tf.reshape(tf.range(count) < whole, tf.shape(in_packets)), in_packets, one_by_one)
