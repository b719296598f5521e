"""Multi-head attention: several small attentions side by side, each in a view of its own, mixed at the end.

    q = query · Wq + bq            query (batch, T, input_size)   Wq (input_size, heads, key_dim)   q (batch, T, heads, key_dim)
    k = key · Wk + bk              key (batch, S, key_size)       k (batch, S, heads, key_dim)
    v = value · Wv + bv            value (batch, S, value_size)   v (batch, S, heads, value_dim)
    scores  = q · k / √key_dim     for each head: (batch, heads, T, S)
    weights = softmax(scores)      over S
    mixed   = weights · v          (batch, T, heads, value_dim)
    y       = mixed · Wo + bo      Wo (heads, value_dim, output)  y (batch, T, output)

    dmixed   = dy · Wo             dWo = Σ mixed · dy             dbo = Σ dy
    dweights = dmixed · v          dv  = weights · dmixed
    dscores  = (dweights - Σ dweights · weights) · weights / √key_dim
    dq       = dscores · k         dk  = dscores · q
    dquery   = dq · Wq             dWq = Σ query · dq             dbq = Σ dq, and so for key and value

The bias of the keys adds the same number to all scores of a query, and softmax does not see that: its gradient is 0 but
for rounding.

Keras facts (Keras 3.15.1)
1. There are two ways of computing. Without dropout, the scores are divided after the product; with dropout, the
   queries are divided before it. The bits differ.
2. They treat masks differently too. Without dropout, a hidden score becomes -2.37e38, and a query to which everything is
   hidden takes the plain mean of all values. With dropout, in training and outside, a hidden score becomes -1e9, weights
   of hidden values are set to 0 afterwards, and such a query takes nothing.
3. 1 / √key_dim is rounded to float32, also in a float64 layer.
4. A bias (heads, key_dim) is added by a plain addition, whose gradient is `reduce_sum`. With one head it is taken for a
   vector and added by `bias_add`. With key_dim = 1 and as many heads as there are steps, Keras takes it for a bias of the
   steps: then every step has a bias, instead of every head.
5. The weights of a projection get their gradient example by example, and these are added: two roundings where Dense
   has one.
6. The kernels start with the fans of the matrix that they are: query, key and value (input, heads · key_dim), the
   output (heads · value_dim, output). An initializer without a seed is drawn anew for each; one with a seed gives all
   four kernels of a shape the same numbers.
7. Masks of query, value and key are those that come with the tensors (Keras ignores a `query_mask` given by hand).
8. `sliding_window` hides what is that many steps away or more; `use_gate` multiplies what each head has mixed by
   sigmoid(query · Wg + bg).
9. Used as query, value and key at once, a tensor's gradient is (dvalue + dquery) + dkey; in a layer with dropout,
   (dvalue + dkey) + dquery.

Source: Vaswani et al., "Attention Is All You Need", 2017, section 3.2, equation 1.
"""  # noqa: E501

from __future__ import annotations

import math
from typing import Any

from naive import checks, initializers, ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.layers.projection import Projection
from naive.layers.scaled_dot_product import (
    attend,
    attend_backward,
    attend_with_dropout,
    attend_with_dropout_backward,
)
from naive.layers.sequences import fits_scores, masks_of, sequences_of
from naive.nodes import is_symbolic
from naive.ops import Tensor
from naive.seeds import NaiveSeedGenerator, check_seed

INTO_HEADS, OUT_OF_HEADS = "abc,cde->abde", "abcd,cde->abe"


class NaiveMultiHeadAttention(NaiveLayer):
    """Attention with several heads; called on [query, value], [query, value, key] or [query, value, key, mask].

    The mask (batch, T, S) says which values each query may see.

    Args:
        input_size: features of the query.
        num_heads: how many heads.
        key_dim: size of each head's queries and keys.
        value_dim: size of each head's values; None for key_dim.
        dropout: share of the weights that is dropped in training, 0 up to, not including, 1.
        use_bias: False leaves all biases out.
        output_shape: features of the output; None for those of the query.
        attention_axes: None, for the only axis between batch and features.
        sliding_window: None, or how many steps away a query stops seeing (fact 8).
        kernel_initializer, bias_initializer: a Keras name or a naive initializer (fact 6).
        use_gate: True lets the query open and close what each head hands on (fact 8).
        seed: of the dropout; None draws one.
        value_size, key_size: features of value and key; None for those of the query, and of the value.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: a size that is not a positive integer, a share outside [0, 1), or other attention axes.
    """

    takes_mask = True

    def __init__(
        self,
        input_size: int,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: int | None = None,
        attention_axes: None = None,
        sliding_window: int | None = None,
        kernel_initializer: str | dict[str, Any] | initializers.NaiveInitializer = "glorot_uniform",
        bias_initializer: str | dict[str, Any] | initializers.NaiveInitializer = "zeros",
        use_gate: bool = False,
        seed: int | None = None,
        value_size: int | None = None,
        key_size: int | None = None,
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        value_size = input_size if value_size is None else value_size
        sizes = {
            "input_size": input_size, "num_heads": num_heads, "key_dim": key_dim,
            "value_dim": key_dim if value_dim is None else value_dim,
            "output_shape": input_size if output_shape is None else output_shape,
            "value_size": value_size, "key_size": value_size if key_size is None else key_size,
        }  # fmt: skip
        for argument, size in sizes.items():
            checks.positive_integer(argument, size)
        if sliding_window is not None:
            checks.positive_integer("sliding_window", sliding_window)
        if attention_axes is not None:
            raise ValueError(
                "Only one axis of steps is supported. "
                f"Expected attention_axes=None. Received: attention_axes={attention_axes!r}"
            )
        check_seed(seed)
        super().__init__(dtype, body, name)
        self.input_size, self.value_size, self.key_size = input_size, sizes["value_size"], sizes["key_size"]
        self.num_heads, self.key_dim, self.value_dim = num_heads, key_dim, sizes["value_dim"]
        self.output_shape = output_shape
        self.attention_axes = attention_axes
        self.dropout = checks.number("dropout", dropout, below=1)
        self.use_bias, self.use_gate = checks.boolean("use_bias", use_bias), checks.boolean("use_gate", use_gate)
        self.seed = seed
        self.sliding_window = sliding_window
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self._build(kernel_initializer, bias_initializer, sizes["output_shape"])

    def _build(self, kernel_initializer: Any, bias_initializer: Any, output: int) -> None:
        """The projections, and the source of chance, in the order in which Keras draws their first weights."""
        rest = (self.use_bias, kernel_initializer, bias_initializer, self.dtype)
        keys, values = (self.num_heads, self.key_dim), (self.num_heads, self.value_dim)
        self.query = Projection("query", INTO_HEADS, [self.input_size], keys, *rest)
        self.key = Projection("key", INTO_HEADS, [self.key_size], keys, *rest)
        self.gate = Projection("gate", INTO_HEADS, [self.input_size], values, *rest) if self.use_gate else None
        self.value = Projection("value", INTO_HEADS, [self.value_size], values, *rest)
        self.seed_generator = NaiveSeedGenerator(self.seed) if self.dropout > 0 else None
        self.attention_output = Projection("attention_output", OUT_OF_HEADS, values, [output], *rest)

    def __call__(self, x: Any, training: bool | None = None, **options: Any) -> Any:
        """As of any layer; on symbols, [query, value] is drawn as [query, value, value]: the key is its own use."""
        if is_symbolic(x) and isinstance(x, (list, tuple)) and len(x) == 2:
            x = [x[0], x[1], x[1]]
        return super().__call__(x, training, **options)

    def forward(
        self, x: Any, training: bool = False, mask: Any = None, use_causal_mask: bool = False
    ) -> tuple[Tensor, Saved]:
        """[query (batch, T, input_size), value (batch, S, value_size), …] → y (batch, T, output)

        Args:
            training: True drops weights.
            mask: [mask of the query (batch, T), of the value (batch, S), of the key (batch, S)]; each may be None.
            use_causal_mask: True hides from query t all values after t.
        """
        sequences, allowed = self._inputs(x)
        query, value, key = sequences[0], sequences[1], sequences[-1]
        visible = self._visible(sequences, allowed, mask, use_causal_mask)  # (…, 1, T, S)
        q = self.query.forward(query, self.body)  # (batch, T, heads, key_dim)
        k = self.key.forward(key, self.body)  # (batch, S, heads, key_dim)
        v = self.value.forward(value, self.body)  # (batch, S, heads, value_dim)
        if self.seed_generator is None:
            mixed, saved = attend(q, k, v, visible, self._scale(), self.body)  # (batch, T, heads, value_dim)
        else:
            chance = self.seed_generator if training else None
            mixed, saved = attend_with_dropout(q, k, v, visible, self._scale(), self.dropout, chance, self.body)
        saved |= {"query": query, "value": value, "key": key, "q": q, "k": k, "v": v, "mixed": mixed}
        if self.gate is not None:
            saved["opening"] = self.gate.forward(query, self.body)  # (batch, T, heads, value_dim)
            saved["open"] = ops.sigmoid(saved["opening"], body=self.body)  # (batch, T, heads, value_dim)
            mixed = ops.multiply(mixed, saved["open"])  # (batch, T, heads, value_dim)
        y = self.attention_output.forward(mixed, self.body)  # (batch, T, output)
        return y, saved | {"let_through": mixed, "visible": visible, "inputs": len(x)}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[list[Any], Gradients]:
        """dy (batch, T, output) → [dquery, dvalue, dkey], and the gradients of all weights

        For two inputs, [dquery, dvalue]: the value's gradient as value and as key, added. A mask has no gradient.
        """
        dmixed, of_output = self.attention_output.backward(dy, saved["let_through"])  # (batch, T, heads, value_dim)
        of_gate: Gradients = {}
        dquery_by_gate = []
        if self.gate is not None:
            dmixed, dopen = ops.multiply.backward(dmixed, None, saved["mixed"], saved["open"])
            dopening = ops.sigmoid.backward(dopen, saved["open"], saved["opening"])  # (batch, T, heads, value_dim)
            dquery_of_gate, of_gate = self.gate.backward(dopening, saved["query"])  # (batch, T, input_size)
            dquery_by_gate.append(dquery_of_gate)
        if self.seed_generator is None:
            dq, dk, dv = attend_backward(dmixed, saved, self._scale())  # (batch, T or S, heads, key_dim or value_dim)
        else:
            dq, dk, dv = attend_with_dropout_backward(dmixed, saved, self._scale(), self.dropout)
        dquery, of_query = self.query.backward(dq, saved["query"])  # (batch, T, input_size)
        dkey, of_key = self.key.backward(dk, saved["key"])  # (batch, S, key_size)
        dvalue, of_value = self.value.backward(dv, saved["value"])  # (batch, S, value_size)
        dquery = ops.total([*dquery_by_gate, dquery])
        dx = [dquery, ops.total([dvalue, dkey])] if saved["inputs"] == 2 else [dquery, dvalue, dkey, None]
        return dx[: saved["inputs"]], of_query | of_key | of_gate | of_value | of_output

    def _scale(self) -> Tensor:
        """1 / √key_dim (fact 3)"""
        return ops.cast(1.0 / math.sqrt(float(self.key_dim)), self.dtype)

    def _inputs(self, x: Any) -> tuple[list[Tensor], Any]:
        """The sequences, checked, and the mask that was given among them."""
        several = list(x) if isinstance(x, (list, tuple)) else x
        allowed = several.pop() if isinstance(several, list) and len(several) == 4 else None
        sequences = sequences_of(several, self.dtype, "NaiveMultiHeadAttention")
        sizes = {"query": self.input_size, "value": self.value_size, "key": self.key_size}
        for (part, size), one in zip(sizes.items(), [*sequences, sequences[-1]], strict=False):
            if one.shape[-1] != size:
                raise ValueError(
                    f"The {part} does not fit NaiveMultiHeadAttention. "
                    f"Expected shape (batch, steps, {size}). Received: {part} of shape {tuple(one.shape)}"
                )
        if allowed is not None:
            fits_scores(allowed, sequences[0], sequences[1], "NaiveMultiHeadAttention")
        return sequences, allowed

    def _visible(self, sequences: list[Tensor], allowed: Any, mask: Any, use_causal_mask: bool) -> Tensor | None:
        """→ bool, which broadcasts to (batch, heads, T, S): what each query may see; None for everything"""
        if isinstance(mask, (list, tuple)) and len(mask) == 4:
            mask = mask[:3]
        of_query, of_value, of_key = masks_of(mask, sequences, "NaiveMultiHeadAttention")
        masks = [ops.spread_mask(of_query, -1), ops.spread_mask(of_value, -2), ops.spread_mask(of_key, -2), allowed]
        steps, values = ops.size(sequences[0], 1), ops.size(sequences[1], 1)
        if use_causal_mask:
            masks.append(ops.causal_mask(steps, values))
        if self.sliding_window is not None:
            masks.append(ops.window_mask(steps, values, self.sliding_window))
        together = ops.all_of(masks)  # (batch, T, S), or (T, S)
        return together if together is None or ops.rank(together) == 2 else ops.spread_mask(together, -3)

    def tape_rounds(self, inputs: int) -> list[int]:
        """Through two projections each; the value past the softmax, the query and the key behind it (fact 9)."""
        around = 2 * (2 + self.use_bias) + self.use_gate
        if self.seed_generator is None:
            return [around + 4, around + 1, around + 4, 0][:inputs]
        return [around + 9, around + 3, around + 8, 0][:inputs]

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        """The mask of the query."""
        return mask[0] if mask else None

    @property
    def named_weights(self) -> dict[str, Any]:
        """query, key, gate where there is one, value, attention_output: kernel, then bias, of each"""
        parts = [self.query, self.key, self.gate, self.value, self.attention_output]
        return {name: weight for part in parts if part is not None for name, weight in part.named_weights.items()}

    @property
    def seeds(self) -> list[NaiveSeedGenerator]:
        return [self.seed_generator] if self.seed_generator is not None else []

    def get_config(self) -> dict[str, Any]:
        names = (
            "input_size", "num_heads", "key_dim", "value_dim", "dropout", "use_bias", "output_shape", "attention_axes",
            "sliding_window", "use_gate", "seed", "value_size", "key_size",
        )  # fmt: skip
        return (
            super().get_config()
            | {name: getattr(self, name) for name in names}
            | {
                "kernel_initializer": initializers.config_of(self.kernel_initializer),
                "bias_initializer": initializers.config_of(self.bias_initializer),
            }
        )
