"""Attention: every query looks at all the keys, and takes a mixture of the values whose keys answer it best.

    scores  = query · keyᵀ                     query (batch, T, dim)   key (batch, S, dim)   scores (batch, T, S)
    weights = softmax(scores)                  over S: how much each query takes from each value
    y       = weights · value                  value (batch, S, width)   y (batch, T, width)

    dvalue   = weightsᵀ · dy                   a value's gradient comes from every query that took of it
    dweights = dy · valueᵀ
    dscores  = (dweights - Σ dweights · weights) · weights
    dquery   = dscores · key
    dkey     = dscoresᵀ · query

With `score_mode="concat"` a score is the sum of a bend instead of a product:

    scores  = concat_score_weight · Σ tanh(scale · (query + key))      over dim, for each pair of a query and a key

Where the key is left out, the values are their own keys.

Keras facts (Keras 3.15.1)
1. The scores are not divided by √dim. With `use_scale` they are multiplied by one trainable number, `scale`, which
   starts at 1; in the concat mode it stands inside tanh.
2. A masked score is lowered by 1e9, not replaced: a query to which every value is hidden still takes a mixture, of
   scores that have been rounded to multiples of 64 in float32.
3. The mask of the query does not touch the scores: it sets the outputs of hidden queries to 0, and is the mask of the
   output.
4. Dropout acts on the weights after the softmax, which then no longer add up to 1.
5. Used as query, value and key at once, a tensor's gradient is (dvalue + dquery) + dkey.

Source: Luong, Pham and Manning, "Effective Approaches to Attention-based Neural Machine Translation", 2015, equations
7 and 8 (dot); Bahdanau, Cho and Bengio, "Neural Machine Translation by Jointly Learning to Align and Translate",
2015, appendix A.1.2, for the additive scores that Keras calls concat.
"""

from __future__ import annotations

from typing import Any

from naive import checks, ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.layers.sequences import masks_of, sequences_of, widths_agree
from naive.nodes import is_symbolic
from naive.ops import Tensor
from naive.seeds import NaiveSeedGenerator, check_seed

HIDDEN = 1.0e9
"""What is subtracted from the score of a hidden value (fact 2)."""


class NaiveAttention(NaiveLayer):
    """Attention between two sequences; called on [query, value] or [query, value, key].

    Args:
        use_scale: True multiplies the scores by a trainable number.
        score_mode: `"dot"` or `"concat"`.
        dropout: share of the weights that is dropped in training, 0 up to, not including, 1.
        seed: of the dropout; None draws one.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: an unknown score mode, or a share outside [0, 1).
    """

    takes_mask = True

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: float = 0.0,
        seed: int | None = None,
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        checks.one_of("score_mode", score_mode, ("dot", "concat"))
        check_seed(seed)
        super().__init__(dtype, body, name)
        self.use_scale = checks.boolean("use_scale", use_scale)
        self.score_mode = score_mode
        self.dropout = checks.number("dropout", dropout, below=1)
        self.seed = seed
        self.seed_generator = NaiveSeedGenerator(seed) if dropout > 0 else None
        self.scale = ops.variable(ops.ones((), dtype), "scale") if use_scale else None
        self.concat_score_weight = None
        if score_mode == "concat":
            self.concat_score_weight = ops.variable(ops.ones((), dtype), "concat_score_weight")

    def __call__(self, x: Any, training: bool | None = None, **options: Any) -> Any:
        """As of any layer; on symbols, [query, value] is drawn as [query, value, value]: the key is its own use."""
        if is_symbolic(x) and isinstance(x, (list, tuple)) and len(x) == 2:
            x = [x[0], x[1], x[1]]
        return super().__call__(x, training, **options)

    def forward(
        self, x: Any, training: bool = False, mask: Any = None, use_causal_mask: bool = False
    ) -> tuple[Tensor, Saved]:
        """[query (batch, T, dim), value (batch, S, width), key (batch, S, dim)] → y (batch, T, width)

        Args:
            training: True drops weights.
            mask: [mask of the query (batch, T), mask of the value (batch, S)], True where there is something; either
                may be None.
            use_causal_mask: True hides from query t all values after t.
        """
        sequences = sequences_of(x, self.dtype, "NaiveAttention")
        query, value = sequences[0], sequences[1]
        key = sequences[2] if len(sequences) > 2 else value
        widths_agree(query, key, "NaiveAttention")
        of_query, of_value, *_ = masks_of(mask, sequences, "NaiveAttention")
        scores, saved = self._scores(query, key)  # (batch, T, S)
        visible = ops.spread_mask(of_value, -2)  # (batch, 1, S)
        if use_causal_mask:
            visible = ops.all_of([visible, ops.causal_mask(ops.size(query, 1), ops.size(key, 1))])  # (…, T, S)
        lowered = scores if visible is None else ops.where(visible, scores, scores - HIDDEN)  # (batch, T, S)
        weights = ops.softmax(lowered, body=self.body)  # (batch, T, S)
        taken = weights  # (batch, T, S)
        if training and self.seed_generator is not None:
            saved["kept"] = self._draw(weights)  # (batch, T, S)
            taken = ops.drop(weights, saved["kept"], self.dropout)  # (batch, T, S)
        mixed = ops.batch_matmul(taken, value)  # (batch, T, width)
        shown = ops.spread_mask(of_query, -1)  # (batch, T, 1)
        y = mixed if shown is None else ops.where(shown, mixed, 0.0)  # (batch, T, width)
        saved |= {"query": query, "value": value, "key": key, "lowered": lowered, "weights": weights, "taken": taken}
        return y, saved | {"mixed": mixed, "shown": shown, "inputs": len(sequences)}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[list[Tensor], Gradients]:
        """dy (batch, T, width) → [dquery, dvalue, dkey], dscale, dconcat_score_weight

        For two inputs, [dquery, dvalue]: the value's gradient as value and as key, added.
        """
        dmixed = dy  # (batch, T, width)
        if saved["shown"] is not None:
            _, dmixed, _ = ops.where.backward(dy, None, saved["shown"], saved["mixed"], 0.0)
        dtaken, dvalue = ops.batch_matmul.backward(dmixed, None, saved["taken"], saved["value"])
        dweights = dtaken  # (batch, T, S)
        if "kept" in saved:
            dweights, _, _ = ops.drop.backward(dtaken, None, saved["weights"], saved["kept"], self.dropout)
        # Lowering a score by a constant does not change its gradient.
        dscores = ops.softmax.backward(dweights, saved["weights"], saved["lowered"])  # (batch, T, S)
        dquery, dkey, gradients = self._scores_backward(dscores, saved)
        if saved["inputs"] == 2:
            return [dquery, ops.total([dvalue, dkey])], gradients
        return [dquery, dvalue, dkey], gradients

    def _draw(self, weights: Tensor) -> Tensor:
        assert self.seed_generator is not None
        return ops.keep_mask(ops.shape(weights), self.dropout, self.seed_generator.next(), self.dtype)

    def _scores(self, query: Tensor, key: Tensor) -> tuple[Tensor, Saved]:
        """query (batch, T, dim), key (batch, S, dim) → scores (batch, T, S)"""
        if self.score_mode == "dot":
            turned = ops.transpose(key)  # (batch, dim, S)
            products = ops.batch_matmul(query, turned)  # (batch, T, S)
            saved: Saved = {"turned": turned, "products": products}
            if self.scale is None:
                return products, saved
            return ops.multiply(products, ops.read(self.scale)), saved
        queries, keys = ops.expand(query, -2), ops.expand(key, -3)  # (batch, T, 1, dim), (batch, 1, S, dim)
        pairs = ops.add(queries, keys)  # (batch, T, S, dim)
        scaled = pairs if self.scale is None else ops.multiply(ops.read(self.scale), pairs)
        bent = ops.tanh(scaled, body=self.body)  # (batch, T, S, dim)
        summed = ops.sum(bent, axis=-1)  # (batch, T, S)
        saved = {"queries": queries, "keys": keys, "pairs": pairs, "scaled": scaled, "bent": bent, "summed": summed}
        return ops.multiply(ops.read(self.concat_score_weight), summed), saved

    def _scores_backward(self, dscores: Tensor, saved: Saved) -> tuple[Tensor, Tensor, Gradients]:
        """dscores (batch, T, S) → dquery (batch, T, dim), dkey (batch, S, dim), dscale, dconcat_score_weight"""
        gradients: Gradients = {}
        if self.score_mode == "dot":
            dproducts = dscores  # (batch, T, S)
            if self.scale is not None:
                dproducts, gradients["scale"] = ops.multiply.backward(dscores, None, saved["products"], self.scale)
            dquery, dturned = ops.batch_matmul.backward(dproducts, None, saved["query"], saved["turned"])
            return dquery, ops.transpose.backward(dturned, None, saved["key"]), gradients
        dweight, dsummed = ops.multiply.backward(dscores, None, self.concat_score_weight, saved["summed"])
        dbent = ops.sum.backward(dsummed, None, saved["bent"], axis=-1)  # (batch, T, S, dim)
        dpairs = dscaled = ops.tanh.backward(dbent, saved["bent"], saved["scaled"])  # (batch, T, S, dim)
        if self.scale is not None:
            gradients["scale"], dpairs = ops.multiply.backward(dscaled, None, self.scale, saved["pairs"])
        gradients["concat_score_weight"] = dweight
        dqueries, dkeys = ops.add.backward(dpairs, None, saved["queries"], saved["keys"])
        dquery = ops.expand.backward(dqueries, None, saved["query"], -2)[0]  # (batch, T, dim)
        return dquery, ops.expand.backward(dkeys, None, saved["key"], -3)[0], gradients

    def tape_rounds(self, inputs: int) -> list[int]:
        """The value is one product away, the query behind softmax and the scores, the key behind a transposition."""
        to_scores = 2 + 2 * (self.dropout > 0) + self.use_scale
        of_query = to_scores + 1 if self.score_mode == "dot" else to_scores + 5
        of_key = of_query + 1 if self.score_mode == "dot" else of_query
        return [of_query, 1, of_key][:inputs]

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        """The mask of the query."""
        return mask[0] if mask else None

    @property
    def named_weights(self) -> dict[str, Any]:
        """scale (), then concat_score_weight (); each where it is used"""
        both = {"scale": self.scale, "concat_score_weight": self.concat_score_weight}
        return {name: weight for name, weight in both.items() if weight is not None}

    @property
    def seeds(self) -> list[NaiveSeedGenerator]:
        return [self.seed_generator] if self.seed_generator is not None else []

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {
            "use_scale": self.use_scale,
            "score_mode": self.score_mode,
            "dropout": self.dropout,
            "seed": self.seed,
        }
