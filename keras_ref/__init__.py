"""The Keras side: reference models, one real `fit`, and the translation between both vocabularies.

`to_keras` and `from_keras` (in `convert/`) are the only code that knows both sides. The rest of this package, the
side that trains, imports nothing from `naive`.
"""

from keras_ref.environment import check_backend, check_versions

check_backend()  # before the first import of Keras, which would otherwise follow the wrong setting
check_versions()

from keras_ref.convert import from_keras, to_keras  # noqa: E402
from keras_ref.environment import TESTED, UntestedVersionWarning, check_settings  # noqa: E402
from keras_ref.gradients import KerasGradients  # noqa: E402
from keras_ref.models import mlp  # noqa: E402
from keras_ref.training import compile_model  # noqa: E402

__all__ = [
    "TESTED",
    "KerasGradients",
    "UntestedVersionWarning",
    "check_backend",
    "check_settings",
    "check_versions",
    "compile_model",
    "from_keras",
    "mlp",
    "to_keras",
]
