"""The last resort: let Keras fetch the files into its own cache. The only use of Keras here."""

from datasets.errors import DatasetError
from datasets.locate import DATA_VARIABLE, keras_cache_place
from datasets.raw import RawImages


def download(name: str) -> RawImages:
    """Data set ``name`` ("mnist" or "fashion_mnist") by Keras's own loader, not yet verified.

    Keras writes to its cache, reports its progress on standard output, and removes a file whose
    download broke off.

    Raises:
        DatasetError: Keras cannot be imported, or there is no connection.
    """
    try:
        import keras

        loader = keras.datasets.mnist if name == "mnist" else keras.datasets.fashion_mnist
        (x_train, y_train), (x_test, y_test) = loader.load_data()
    # Keras reports a failed download with a bare Exception. The whole story fits in one line; the
    # frames of a network library would only bury it.
    except Exception as error:
        kind = "" if type(error) is Exception else f"{type(error).__name__}: "
        reason = kind + str(error)
        raise DatasetError(
            f"Could not download {name}: {reason.rstrip('.')}. Expected a network connection and "
            f"Keras, or the data at {str(keras_cache_place(name))!r}, or {DATA_VARIABLE} set to "
            "the place of the files."
        ) from None
    return RawImages(x_train, y_train, x_test, y_test)
