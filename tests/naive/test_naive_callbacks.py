"""Progress and history: what is told and written while training goes on."""

import io

from naive import History, NaiveCallback, NaiveProgress
from naive.callbacks import wants_every_batch


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Every(NaiveCallback):
    def on_train_batch_end(self, batch, logs):
        pass


def test_only_who_overrides_the_batch_method_wants_every_batch():
    assert not wants_every_batch([])
    assert not wants_every_batch([NaiveCallback(), NaiveProgress(1, 1, io.StringIO())])
    assert wants_every_batch([NaiveCallback(), Every()])
    assert wants_every_batch([type("Child", (Every,), {})()])


def test_a_bare_callback_does_nothing():
    one = NaiveCallback()
    one.on_train_begin()
    one.on_epoch_begin(0)
    one.on_train_batch_end(0, {})
    one.on_progress(1, {})
    one.on_epoch_end(0, {})
    one.on_train_end()


def test_into_a_file_one_line_per_epoch():
    stream = io.StringIO()
    progress = NaiveProgress(2, 5, stream)
    for epoch in range(2):
        progress.on_epoch_begin(epoch)
        progress.on_progress(3, {"loss": 9.0})
        progress.on_epoch_end(epoch, {"loss": 0.12345, "accuracy": 0.5})
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("Epoch 1/2 · 5/5 updates · 0.0 s")
    assert lines[1].startswith("Epoch 2/2")
    assert lines[0].endswith("· loss 0.1235 · accuracy 0.5000")
    assert "\r" not in stream.getvalue()


def test_on_a_terminal_the_line_grows_but_not_too_often(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("naive.callbacks.time.perf_counter", lambda: now[0])
    stream = Terminal()
    progress = NaiveProgress(1, 50, stream)
    progress.on_epoch_begin(0)
    for done in range(1, 51):
        now[0] += 0.04
        progress.on_progress(done, {"loss": 1.0})
    progress.on_epoch_end(0, {"loss": 1.0})
    lines = stream.getvalue().split("\r")[1:]
    assert 10 <= len(lines) <= 25
    assert lines[0].startswith("Epoch 1/1 · 3/50 updates · 0.1 s · loss 1.0000")
    assert lines[-1].endswith("\n")


def test_history_keeps_one_number_per_epoch():
    history = History()
    history.record(0, {"loss": 2.0, "val_loss": 3.0}, 5)
    history.record(1, {"loss": 1.0, "val_loss": 2.0}, 10)
    assert history.history == {"loss": [2.0, 1.0], "val_loss": [3.0, 2.0]}
    assert (history.epoch, history.updates) == ([0, 1], 10)
    assert repr(history) == "<History of 2 epochs, 10 updates: loss=1.0000, val_loss=2.0000>"
