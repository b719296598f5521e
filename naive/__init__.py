"""Keras from scratch: every number that training computes, written out in readable TensorFlow.

Start with `layers/dense.py`, then `losses/cross_entropy.py`, `backprop.py` and `training.py`.
Nothing in this package uses Keras.
"""

from naive.backprop import backprop_gradients, tape_gradients
from naive.batches import BatchGenerator
from naive.callbacks import NaiveCallback, NaiveProgress
from naive.execution import compile_function, predict
from naive.history import History
from naive.initializers import NaiveGlorotUniform, NaiveZeros
from naive.layers import NaiveDense, NaiveLayer
from naive.losses import (
    NaiveBinaryCrossentropy,
    NaiveCategoricalCrossentropy,
    NaiveLoss,
    NaiveMeanSquaredError,
    NaiveSparseCategoricalCrossentropy,
)
from naive.metrics import (
    NaiveBinaryAccuracy,
    NaiveCategoricalAccuracy,
    NaiveMean,
    NaiveMetric,
    NaiveSparseCategoricalAccuracy,
)
from naive.models import NaiveModel, NaiveSequential
from naive.nodes import NaiveInput
from naive.optimizers import NaiveOptimizer, NaiveSGD
from naive.seeds import set_random_seed
from naive.serialization import get_arrays, model_config, model_from_config, set_arrays
from naive.training import TrainingRun, fit, one_training_step, update_weights

__all__ = [
    "BatchGenerator",
    "History",
    "NaiveBinaryAccuracy",
    "NaiveBinaryCrossentropy",
    "NaiveCallback",
    "NaiveCategoricalAccuracy",
    "NaiveCategoricalCrossentropy",
    "NaiveDense",
    "NaiveGlorotUniform",
    "NaiveLayer",
    "NaiveLoss",
    "NaiveMean",
    "NaiveMeanSquaredError",
    "NaiveMetric",
    "NaiveOptimizer",
    "NaiveProgress",
    "NaiveSGD",
    "NaiveInput",
    "NaiveModel",
    "NaiveSequential",
    "NaiveSparseCategoricalAccuracy",
    "NaiveSparseCategoricalCrossentropy",
    "NaiveZeros",
    "TrainingRun",
    "backprop_gradients",
    "compile_function",
    "fit",
    "get_arrays",
    "model_config",
    "model_from_config",
    "one_training_step",
    "predict",
    "set_arrays",
    "set_random_seed",
    "tape_gradients",
    "update_weights",
]
