"""The one error of this package that is about data rather than about arguments."""


class DatasetError(ValueError):
    """Data could not be found, read, or trusted.

    The message is always a single line: it names the file, what was expected and what was received,
    so that a command line can print it as it is and stop.
    """

    def __init__(self, message: str) -> None:
        # Messages quote lower-level errors, and some of those span several lines.
        super().__init__(" ".join(message.splitlines()))
