"""The report: it says what the comparison says, needs no other file, and is written whole or not at all."""

from __future__ import annotations

import base64
import itertools
import math
import os
import re
import struct
import subprocess
import sys
import zlib
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from sidebyside import report
from sidebyside.environment import Environment
from sidebyside.report import axes, charts, files, pictures, strips, wording
from sidebyside.result import Comparison, GradientRecord, MistakeExample, Scores, UpdateRecord, WeightResult

NAMES = ("first/kernel", "first/bias", "second/kernel")
ENVIRONMENT = Environment(
    python="3.11.99", tensorflow="2.21.98", keras="3.15.97", numpy="2.4.96", system="Plan 9", processor="Abacus 9000",
    device="cpu", threads=7, onednn=True,
)  # fmt: skip
SETTINGS = {
    "task": "toy-task", "title": "A toy", "execution": "xla", "gradients": "tape", "epochs": 3, "batch_size": 77,
    "optimizer": "adamw", "learning_rate": 0.0123, "loss": "some_loss", "metrics": ["accuracy"], "shuffle": True,
    "seed": 4711, "layers": [{"name": "first", "weights": {"kernel": [3, 4], "bias": [4]}}], "parameters": 36,
    "command": "sidebyside train --task toy-task --seed 4711", "own_idea": {"depth": 99},
}  # fmt: skip
HISTORY = {"loss": [0.75, 0.5123456789012345, 0.25], "accuracy": [0.5, 0.625, 0.875]}
SCORES = Scores(
    class_names=("cat", "dog"), examples=9, predictions_different=0, outputs_different=0,
    outputs_total=9, confusion=((4, 1), (2, 2)), accuracy=6 / 9,
    precision=(4 / 6, 2 / 3), recall=(0.8, 0.5), f1=(0.7273, 0.5714),
    agree={f"{name}/{who}": True for name in ("confusion", "accuracy", "f1") for who in ("keras", "sklearn")},
)  # fmt: skip


def equal(**changes):
    """Six updates, nothing differs."""
    weights = tuple(
        WeightResult(name, shape, total, 0, 0.0, 0.0, None)
        for name, shape, total in zip(NAMES, ((3, 4), (4,), (4, 5)), (12, 4, 20), strict=True)
    )
    made = Comparison(
        settings=dict(SETTINGS), environment=ENVIRONMENT, updates_naive=6, updates_keras=6,
        history_naive={name: list(values) for name, values in HISTORY.items()},
        history_keras={name: list(values) for name, values in HISTORY.items()},
        weights=weights,
        updates=tuple(UpdateRecord(n, 0, (0.0,) * 3, (0.0,) * 3) for n in range(1, 7)),
        gradients=tuple(GradientRecord(n, 0, 36, (0.0,) * 3, (0.0,) * 3, (3.0, 4.0, 0.01 * n)) for n in (1, 3, 6)),
        seconds=1.25, scores=SCORES,
        mistakes=(MistakeExample(((0.0, 1.0), (0.5, 0.25)), "cat", "dog", 0.987),),
    )  # fmt: skip
    return replace(made, **changes)


def different(**changes):
    """From the third update on, the second weight differs."""
    made = equal()
    updates = tuple(
        UpdateRecord(n, 3 if n >= 3 else 0, (0.0, 40.0 * (n >= 3), 0.0), (0.0, 1e-6 * (n >= 3), 0.0))
        for n in range(1, 7)
    )
    weights = (made.weights[0], replace(made.weights[1], different=3, max_ulp=40.0, max_abs=1.5e-6, first_update=3),
               made.weights[2])  # fmt: skip
    made = replace(made, updates=updates, weights=weights)
    return replace(made, **changes)


class Page(HTMLParser):
    """The text, tags and attributes of a page; fails on tags that do not close."""

    VOID = ("meta", "img", "br")

    def __init__(self, source):
        super().__init__()
        self.texts, self.tags, self.open = [], [], []
        self.feed(source)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())

    def values(self, attribute):
        return [found[attribute] for _, found in self.tags if attribute in found]


def page(comparison):
    return Page(report.render(comparison))


# What the page says


def test_equal_says_so_in_sign_word_and_numbers():
    text = page(equal()).text
    assert "= EQUAL 6 updates on each side, and after each of them 0 of 36 weights different" in text
    assert "DIFFERENT" not in text
    assert text.count("≠") == 1, "only where the signs are explained"
    assert "6 | 6" in text
    assert "0 of 36 different after the last update" in text
    assert "0 units in the last place" in text
    assert "identical 0 of 6 numbers differ" in text
    assert "0 of 108 different, in 3 updates looked at" in text
    assert "0 of 9 different on the test data" in text
    assert text.count("0 after every one of 6 updates") == 3
    assert text.count("0 at every one of 3 updates") == 3
    assert text.count("0 at every epoch") == 2


def test_different_says_so_and_what_was_first():
    source = report.render(different())
    text = Page(source).text
    assert "≠ DIFFERENT" in text
    assert "EQUAL" not in text
    assert "first/bias differs first, after update 3" in text
    assert "3 of 36 different after the last update" in text
    assert "40 units in the last place" in text
    assert "weights equal after 2 of 6" in text
    assert "up to 40, first different after update 3" in text
    assert text.count("0 after every one of 6 updates") == 2
    assert re.search(r"first/bias 4 4 3 40 1\.50·10⁻⁶ 3 ", text), "the row of the weight's table"
    assert 'class="first-mark" style="left:33.33%"' in source
    assert "Updates 3 to 6: up to 40 units in the last place" in source
    assert "<title>DIFFERENT" in source


def test_a_history_that_differs_is_marked_where_it_does():
    keras = {"loss": [0.75, 0.5123456789012346, 0.25], "accuracy": HISTORY["accuracy"]}
    text = page(equal(history_keras=keras)).text
    assert "≠ DIFFERENT" in text
    assert "different 1 of 6 numbers differ" in text
    assert "not 0 at 1 of 3 epochs, first at epoch 2" in text
    assert "0.5123456789012346 ≠" in text
    epochs = text[text.index("Epoch by epoch") : text.index("On the test data")]
    assert epochs.count("0.625 =") == 1
    assert epochs.count("≠") == 2, "in the sentence above the table, and once in it"


def test_gradients_that_differ():
    gradients = (equal().gradients[0], GradientRecord(3, 5, 36, (7.0, 0.0, 0.0), (2e-7, 0.0, 0.0), (1.0, 1.0, 1.0)))
    text = page(equal(gradients=gradients)).text
    assert "5 of 72 different, in 2 updates looked at" in text
    assert "up to 7, first different at update 3, at most 2.00·10⁻⁷ of the gradient's scale" in text


def test_every_weight_number_and_setting_is_there():
    text = page(equal()).text
    for name in NAMES:
        assert text.count(name) >= 3, "two strips and a row"
    for value in ("toy-task", "A toy", "xla", "tape", "77", "adamw", "0.0123", "some_loss", "accuracy", "yes", "4711",
                  "first (kernel 3×4, bias 4)", "36", "depth: 99", "own_idea", SETTINGS["command"]):  # fmt: skip
        assert value in text, value
    for value in ("3.11.99", "2.21.98", "3.15.97", "2.4.96", "Plan 9", "Abacus 9000", "cpu", "7", "on", "1.2 seconds"):
        assert f" {value}" in text, value
    for numbers in HISTORY.values():
        for number in numbers:
            assert text.count(repr(number)) >= 2, "both sides"


def test_scores_matrix_and_agreement():
    source = report.render(equal())
    text = Page(source).text
    assert "cat 4 1 5 dog 2 2 4 total 6 3 9" in text
    assert "6 of 9 examples right: accuracy 0.6667" in text
    assert "cat 0.6667 0.8000 0.7273 5" in text
    assert "Keras (float32)" in text
    assert "scikit-learn (float64)" in text
    assert "F1 = equal = equal" in text
    agree = SCORES.agree | {"f1/sklearn": False}
    text = page(equal(scores=replace(SCORES, agree=agree))).text
    assert "F1 = equal ≠ different" in text
    assert "Not all of the counts and ratios agree." in text
    text = page(equal(scores=replace(SCORES, predictions_different=2))).text
    assert "another class for 2 of them" in text


def test_mistakes_are_pictures():
    made = page(equal())
    assert "cat → dog 98.7 % sure" in made.text
    assert made.values("alt") == ["A picture of class cat, taken for dog"]
    assert made.values("src")[0].startswith("data:image/png;base64,")


@pytest.mark.parametrize(
    ("changes", "absent"),
    [
        ({"scores": None}, "On the test data"),
        ({"mistakes": ()}, "mistakes"),
        ({"gradients": ()}, "Distance of each gradient"),
        ({"settings": {"epochs": 3}}, "Run it again"),
        ({"history_naive": {}, "history_keras": {}}, "Epoch by epoch"),
    ],
)
def test_sections_without_content_are_left_out(changes, absent):
    assert absent in page(equal()).text
    assert absent not in page(equal(**changes)).text


def test_nothing_at_all():
    text = page(equal(weights=(), updates=(), gradients=(), updates_naive=0, updates_keras=0, history_naive={},
                      history_keras={}, scores=None, mistakes=(), settings={})).text  # fmt: skip
    assert "Two trainings, side by side" in text
    assert "No update was recorded" in text


@pytest.mark.parametrize("epochs", [1, 10, 11, 500])
def test_any_number_of_epochs(epochs):
    history = {"loss": [1 / n for n in range(1, epochs + 1)]}
    source = report.render(equal(history_naive=history, history_keras=dict(history)))
    assert ("<details>" in source) == (epochs > 10)
    assert Page(source).text.count(" naive ") >= epochs


def test_not_a_number_and_infinity():
    broken = {"loss": [math.nan, 0.5, math.inf], "accuracy": [math.nan] * 3}
    same = {name: [float(repr(value)) for value in values] for name, values in broken.items()}
    text = page(equal(history_naive=broken, history_keras=same)).text
    assert "identical 0 of 6 numbers differ" in text, "not a number where not a number is equal"
    assert "Not a finite number, so not drawn: epochs 1, 3." in text
    assert "There is no finite number to draw." in text
    source = report.render(equal(history_naive=broken))
    assert "not 0 at 3 of 3 epochs, first at epoch 1" in source
    assert not re.search(r'(d|x|width|style)="[^"]*(nan|inf)', source), "no such number in a drawing"


def test_weights_that_are_not_numbers():
    updates = tuple(UpdateRecord(n, 4, (math.inf, math.nan, 0.0), (math.inf,) * 3) for n in range(1, 7))
    gradients = (GradientRecord(1, 4, 36, (math.inf,) * 3, (math.inf, math.nan, 0.0), (math.nan, math.inf, 0.0)),)
    weights = (replace(equal().weights[0], different=4, max_ulp=math.inf, max_abs=math.inf, first_update=1),)
    weights += equal().weights[1:]
    source = report.render(equal(updates=updates, gradients=gradients, weights=weights))
    assert source.count("up to ∞, first different after update 1</span>") == 2, "infinity, and not a number"
    assert source.count("0 after every one of 6 updates</span>") == 1
    assert not re.search(r'(d|x|width|style)="[^"]*(nan|inf)', source)


def test_sides_of_unequal_length_or_names():
    text = page(equal(history_keras={"loss": [0.75], "auc": [0.5, 0.5, 0.5]})).text
    assert "3 values (naive) and 1 (Keras)" in text
    assert "— ≠" in text


# How the page is made


def test_self_contained():
    source = report.render(different())
    made = Page(source)
    assert not {tag for tag, _ in made.tags} & {"link", "script", "iframe", "object", "embed", "base"}
    for attribute in ("src", "href", "xlink:href", "srcset", "action", "data", "poster"):
        assert all(value.startswith("data:") for value in made.values(attribute)), attribute
    assert "@import" not in source
    assert "url(" not in source
    assert "://" not in source
    assert "<meta http-equiv" not in source


def test_hostile_text_stays_text():
    evil = '<script>alert("1")</script>\'"&{{ 7*7 }}'
    weights = (replace(equal().weights[0], name=evil + "/kernel"), *equal().weights[1:])
    comparison = equal(
        settings={"title": evil, "task": evil, "command": evil, "loss": evil, evil: evil, "layers": [{"name": evil}]},
        environment=replace(ENVIRONMENT, processor=evil), weights=weights,
        history_naive={evil: [1.0, 2.0]}, history_keras={evil: [1.0, 2.5]},
        scores=replace(SCORES, class_names=(evil, "dog"), agree={f"{evil}/keras": True}),
        mistakes=(MistakeExample(((0.0,),), evil, evil, 0.5),),
    )  # fmt: skip
    source = report.render(comparison)
    made = Page(source)
    assert "<script" not in source
    assert not {tag for tag, _ in made.tags} & {"script"}
    assert all(not name.startswith("on") for _, found in made.tags for name in found)
    assert made.text.count(evil) >= 10, "shown as it is"


def test_accessible():
    made = page(equal())
    levels = [int(tag[1]) for tag, _ in made.tags if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert all("scope" in found for tag, found in made.tags if tag == "th")
    drawings = [found for tag, found in made.tags if tag == "svg"]
    assert all(found.get("aria-hidden") == "true" or found.get("aria-label") for found in drawings)
    labels = made.values("aria-label")
    assert any("Epoch 3: naive 0.25, Keras 0.25. Difference: 0 at every epoch." in label for label in labels)
    assert ("html", {"lang": "en"}) in made.tags


def test_templates_compute_nothing_with_tensorflow():
    code = "import sys, sidebyside.report; sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=120).returncode == 0


# The parts


@pytest.mark.parametrize(
    ("distance", "level"),
    [(0, 0), (1, 1), (2, 2), (9, 2), (10, 3), (99, 3), (999, 4), (9999, 5), (10_000, 6), (1e30, 6), (math.inf, 7),
     (math.nan, 7)],
)  # fmt: skip
def test_levels(distance, level):
    assert strips.level(distance) == level


def test_many_updates_share_columns_and_a_lone_difference_survives():
    updates = tuple(UpdateRecord(n, n == 777, (0.0, 5.0 * (n == 777), 0.0), (0.0,) * 3) for n in range(1, 5001))
    rows = strips.weight_strips(equal(updates=updates)).rows
    assert [len(row.cells) for row in rows] == [1, 3, 1]
    assert [cell.level for cell in rows[1].cells] == [0, 2, 0]
    assert sum(cell.width for cell in rows[1].cells) == 5000
    assert rows[1].words == "up to 5, first different after update 777"


def test_gradient_lengths_join_the_weights_of_a_layer():
    chart = charts.gradient_norms(equal())
    assert [line.label for line in chart.lines] == ["first", "second"]
    assert "Update 1: first 5, second 0.01" in chart.summary
    assert [hit.text for hit in chart.hits][-1].startswith("Update 6:")


def test_curves_have_a_gap_where_there_is_no_number():
    history = {"loss": [1.0, 2.0, math.nan, 3.0]}
    curves = charts.histories(equal(history_naive=history, history_keras=history))[0].curves
    assert [line.label for line in curves.lines] == ["Keras", "naive"], "naive is drawn on top"
    assert [line.path.count("M") for line in curves.lines] == [2, 2]


@pytest.mark.parametrize("values", [[0.1, 2.3], [0.0, 1.0], [5.0], [0.0], [-1.0, 1.0], [1e-30, 2e-30], [1e30, 1e38]])
def test_ticks_are_on_the_chart_and_differ(values):
    axis, ticks = axes.vertical(values)
    assert 2 <= len(ticks) <= 7
    assert all(-0.01 <= tick.place <= 100.01 for tick in ticks)
    assert len({tick.label for tick in ticks}) == len(ticks)
    assert all(0 <= axis.place(value) <= 100 for value in values)


@pytest.mark.parametrize("values", [[0.2, 0.7], [1e-9, 1e9], [3.0], [1e-300, 2e-300]])
def test_logarithmic_ticks(values):
    _, ticks = axes.vertical(values, log=True)
    assert 1 <= len(ticks) <= 6
    assert all(-0.01 <= tick.place <= 100.01 for tick in ticks)


@pytest.mark.parametrize("last", [1, 2, 7, 20, 60, 240, 1500])
def test_whole_number_ticks_begin_and_end_with_the_range(last):
    _, ticks = axes.horizontal(1, last)
    assert ticks[0].label == "1"
    assert ticks[-1].label == f"{last:,}"
    assert len(ticks) <= 8


def test_a_picture_is_a_png_of_its_pixels():
    uri = pictures.png_data_uri([[0.0, 1.0, math.nan], [0.5, 2.0, -1.0]])
    png = base64.b64decode(uri.removeprefix("data:image/png;base64,"))
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", png[16:24]) == (3, 2)
    size = struct.unpack(">I", png[33:37])[0]
    pixels = zlib.decompress(png[41 : 41 + size])
    assert pixels == bytes([0, 255, 127, 255, 0, 191, 0, 255])


def test_words_for_numbers():
    assert wording.ulps(1) == "1 unit in the last place"
    assert wording.count(12345.0) == "12,345"
    assert wording.count(math.inf) == "∞"
    assert wording.plain(0.20000000298023224) == "0.2", "a float32"
    assert wording.plain(0.20000000298023) == "0.20000000298023", "not one"
    assert [wording.plain(value) for value in (math.nan, math.inf, 1e300, 0.0)] == ["nan", "inf", "1e+300", "0.0"]
    assert wording.small(0.0) == "0"
    assert wording.small(1.234e-7) == "1.23·10⁻⁷"
    assert wording.same(math.nan, math.nan)
    assert not wording.same(math.nan, 1.0)
    assert not wording.same(None, 1.0)


# Where it goes


REFUSAL = "The report cannot be written. Expected a path in an existing, writable folder. Received: report="


def refused(path, reason):
    with pytest.raises(ValueError, match=re.escape(REFUSAL)) as caught:
        report.check_writable(path)
    assert "\n" not in str(caught.value)
    assert reason in str(caught.value)
    assert repr(os.fspath(path)) in str(caught.value)


def test_unusable_paths_are_refused(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("x")
    refused(tmp_path, "it is a folder")
    refused("", "it is a folder")
    refused(tmp_path / "missing" / "report.html", "does not exist")
    refused(tmp_path / "file" / "report.html", "is not a folder")
    refused(tmp_path / ("n" * 300), "too long")
    refused(os.devnull, "not a regular file")
    monkeypatch.setattr(files.os, "access", lambda path, mode: os.fspath(path) != str(tmp_path))
    refused(tmp_path / "report.html", "is not writable")
    monkeypatch.setattr(files.os, "access", lambda path, mode: os.fspath(path) != str(tmp_path / "file"))
    refused(tmp_path / "file", "write-protected")


def test_checking_leaves_no_trace(tmp_path):
    old = tmp_path / "old.html"
    old.write_text("old")
    before = old.stat()
    report.check_writable(old)
    report.check_writable(str(tmp_path / "new.html"))
    assert list(tmp_path.iterdir()) == [old]
    assert (old.read_text(), old.stat().st_mtime_ns) == ("old", before.st_mtime_ns)


def test_written_as_rendered(tmp_path):
    path = report.write_report(equal(), str(tmp_path / "report.html"))
    assert path == tmp_path / "report.html"
    assert path.read_text(encoding="utf-8") == report.render(equal())
    assert list(tmp_path.iterdir()) == [path]
    report.write_report(different(), path)
    assert "≠ DIFFERENT" in Page(path.read_text(encoding="utf-8")).text


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
@pytest.mark.parametrize("step", ["render", "replace", "open"])
def test_a_failure_leaves_the_old_report_and_nothing_else(tmp_path, monkeypatch, step, error):
    old = tmp_path / "report.html"
    old.write_text("old")

    def fail(*args, **kwargs):
        raise error

    class Half:
        """A file that fails in the middle of writing."""

        def __init__(self, path, *args, **kwargs):
            self.path = path

        def __enter__(self):
            self.path.write_text("<!doctype")
            return self

        def __exit__(self, *args):
            return None

        write = fail

    where, name = {"render": (files, "render"), "replace": (files.os, "replace"), "open": (files, "open")}[step]
    monkeypatch.setattr(where, name, Half if step == "open" else fail, raising=False)
    with pytest.raises(type(error)):
        report.write_report(equal(), old)
    assert list(tmp_path.iterdir()) == [old]
    assert old.read_text() == "old"
