"""The layers, one idea a file. Start with `dense`."""

from naive.layers.activation_layers import NaiveActivation, NaiveELU, NaiveLeakyReLU, NaiveReLU
from naive.layers.attention import NaiveAttention
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.layers.batch_normalization import NaiveBatchNormalization
from naive.layers.bidirectional import NaiveBidirectional
from naive.layers.borders import (
    NaiveCropping1D,
    NaiveCropping2D,
    NaiveUpSampling1D,
    NaiveUpSampling2D,
    NaiveZeroPadding1D,
    NaiveZeroPadding2D,
)
from naive.layers.concatenate import NaiveConcatenate
from naive.layers.convolution import NaiveConv1D, NaiveConv2D
from naive.layers.dense import NaiveDense
from naive.layers.depthwise_convolution import (
    NaiveDepthwiseConv1D,
    NaiveDepthwiseConv2D,
    NaiveSeparableConv1D,
    NaiveSeparableConv2D,
)
from naive.layers.dot import NaiveDot
from naive.layers.dropout import NaiveDropout, NaiveSpatialDropout1D, NaiveSpatialDropout2D
from naive.layers.embedding import NaiveEmbedding
from naive.layers.global_pooling import (
    NaiveGlobalAveragePooling1D,
    NaiveGlobalAveragePooling2D,
    NaiveGlobalMaxPooling1D,
    NaiveGlobalMaxPooling2D,
)
from naive.layers.group_normalization import NaiveGroupNormalization
from naive.layers.gru import NaiveGRU
from naive.layers.highway import NaiveHighway
from naive.layers.layer_normalization import NaiveLayerNormalization
from naive.layers.lstm import NaiveLSTM
from naive.layers.masking import NaiveIdentity, NaiveMasking
from naive.layers.merging import NaiveAdd, NaiveAverage, NaiveMaximum, NaiveMinimum, NaiveMultiply, NaiveSubtract
from naive.layers.multi_head_attention import NaiveMultiHeadAttention
from naive.layers.noise import NaiveAlphaDropout, NaiveGaussianDropout, NaiveGaussianNoise
from naive.layers.pooling import NaiveAveragePooling1D, NaiveAveragePooling2D, NaiveMaxPooling1D, NaiveMaxPooling2D
from naive.layers.prelu import NaivePReLU
from naive.layers.rbf import NaiveRBF
from naive.layers.rms_normalization import NaiveRMSNormalization
from naive.layers.shaping import NaiveFlatten, NaivePermute, NaiveRepeatVector, NaiveReshape
from naive.layers.simple_rnn import NaiveSimpleRNN
from naive.layers.softmax import NaiveSoftmax
from naive.layers.time_distributed import NaiveTimeDistributed
from naive.layers.transposed_convolution import NaiveConv1DTranspose, NaiveConv2DTranspose

LAYERS: dict[str, type[NaiveLayer]] = {
    "NaiveAveragePooling1D": NaiveAveragePooling1D,
    "NaiveAveragePooling2D": NaiveAveragePooling2D,
    "NaiveMaxPooling1D": NaiveMaxPooling1D,
    "NaiveMaxPooling2D": NaiveMaxPooling2D,
    "NaiveGlobalAveragePooling1D": NaiveGlobalAveragePooling1D,
    "NaiveGlobalAveragePooling2D": NaiveGlobalAveragePooling2D,
    "NaiveGlobalMaxPooling1D": NaiveGlobalMaxPooling1D,
    "NaiveGlobalMaxPooling2D": NaiveGlobalMaxPooling2D,
    "NaiveFlatten": NaiveFlatten,
    "NaivePermute": NaivePermute,
    "NaiveRepeatVector": NaiveRepeatVector,
    "NaiveReshape": NaiveReshape,
    "NaiveCropping1D": NaiveCropping1D,
    "NaiveCropping2D": NaiveCropping2D,
    "NaiveUpSampling1D": NaiveUpSampling1D,
    "NaiveUpSampling2D": NaiveUpSampling2D,
    "NaiveZeroPadding1D": NaiveZeroPadding1D,
    "NaiveZeroPadding2D": NaiveZeroPadding2D,
    "NaiveIdentity": NaiveIdentity,
    "NaiveMasking": NaiveMasking,
    "NaiveActivation": NaiveActivation,
    "NaiveELU": NaiveELU,
    "NaiveLeakyReLU": NaiveLeakyReLU,
    "NaiveReLU": NaiveReLU,
    "NaivePReLU": NaivePReLU,
    "NaiveSoftmax": NaiveSoftmax,
    "NaiveAdd": NaiveAdd,
    "NaiveAverage": NaiveAverage,
    "NaiveMaximum": NaiveMaximum,
    "NaiveMinimum": NaiveMinimum,
    "NaiveMultiply": NaiveMultiply,
    "NaiveSubtract": NaiveSubtract,
    "NaiveConcatenate": NaiveConcatenate,
    "NaiveDot": NaiveDot,
    "NaiveEmbedding": NaiveEmbedding,
    "NaiveGaussianNoise": NaiveGaussianNoise,
    "NaiveGaussianDropout": NaiveGaussianDropout,
    "NaiveAlphaDropout": NaiveAlphaDropout,
    "NaiveSpatialDropout2D": NaiveSpatialDropout2D,
    "NaiveSpatialDropout1D": NaiveSpatialDropout1D,
    "NaiveDropout": NaiveDropout,
    "NaiveConv1D": NaiveConv1D,
    "NaiveConv1DTranspose": NaiveConv1DTranspose,
    "NaiveConv2D": NaiveConv2D,
    "NaiveConv2DTranspose": NaiveConv2DTranspose,
    "NaiveDepthwiseConv1D": NaiveDepthwiseConv1D,
    "NaiveDepthwiseConv2D": NaiveDepthwiseConv2D,
    "NaiveSeparableConv1D": NaiveSeparableConv1D,
    "NaiveSeparableConv2D": NaiveSeparableConv2D,
    "NaiveRMSNormalization": NaiveRMSNormalization,
    "NaiveGroupNormalization": NaiveGroupNormalization,
    "NaiveLayerNormalization": NaiveLayerNormalization,
    "NaiveBatchNormalization": NaiveBatchNormalization,
    "NaiveHighway": NaiveHighway,
    "NaiveRBF": NaiveRBF,
    "NaiveAttention": NaiveAttention,
    "NaiveMultiHeadAttention": NaiveMultiHeadAttention,
    "NaiveBidirectional": NaiveBidirectional,
    "NaiveGRU": NaiveGRU,
    "NaiveLSTM": NaiveLSTM,
    "NaiveSimpleRNN": NaiveSimpleRNN,
    "NaiveTimeDistributed": NaiveTimeDistributed,
    "NaiveDense": NaiveDense,
}

__all__ = [
    "LAYERS",
    "Gradients",
    "NaiveActivation",
    "NaiveAdd",
    "NaiveAlphaDropout",
    "NaiveAttention",
    "NaiveAverage",
    "NaiveAveragePooling1D",
    "NaiveAveragePooling2D",
    "NaiveBatchNormalization",
    "NaiveBidirectional",
    "NaiveConcatenate",
    "NaiveConv1D",
    "NaiveConv1DTranspose",
    "NaiveConv2D",
    "NaiveConv2DTranspose",
    "NaiveCropping1D",
    "NaiveCropping2D",
    "NaiveDense",
    "NaiveDepthwiseConv1D",
    "NaiveDepthwiseConv2D",
    "NaiveDot",
    "NaiveDropout",
    "NaiveELU",
    "NaiveEmbedding",
    "NaiveFlatten",
    "NaiveGRU",
    "NaiveGaussianDropout",
    "NaiveGaussianNoise",
    "NaiveGlobalAveragePooling1D",
    "NaiveGlobalAveragePooling2D",
    "NaiveGlobalMaxPooling1D",
    "NaiveGlobalMaxPooling2D",
    "NaiveGroupNormalization",
    "NaiveHighway",
    "NaiveIdentity",
    "NaiveLSTM",
    "NaiveLayer",
    "NaiveLayerNormalization",
    "NaiveLeakyReLU",
    "NaiveMasking",
    "NaiveMaxPooling1D",
    "NaiveMaxPooling2D",
    "NaiveMaximum",
    "NaiveMinimum",
    "NaiveMultiHeadAttention",
    "NaiveMultiply",
    "NaivePReLU",
    "NaivePermute",
    "NaiveRBF",
    "NaiveRMSNormalization",
    "NaiveReLU",
    "NaiveRepeatVector",
    "NaiveReshape",
    "NaiveSeparableConv1D",
    "NaiveSeparableConv2D",
    "NaiveSimpleRNN",
    "NaiveSoftmax",
    "NaiveSpatialDropout1D",
    "NaiveSpatialDropout2D",
    "NaiveSubtract",
    "NaiveTimeDistributed",
    "NaiveUpSampling1D",
    "NaiveUpSampling2D",
    "NaiveZeroPadding1D",
    "NaiveZeroPadding2D",
    "Saved",
]
