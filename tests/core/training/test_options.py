"""Every setting of a training can be named, is of its type, and is listed without loading torch."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import MISSING, fields
from typing import get_type_hints

import pytest

from core.errors import InputError, NotFoundError
from core.models.registry import MODELS
from core.training import recipes
from core.training.options import attributes_of, fields_of, options_of, typed, with_options
from core.training.recipes import PRESETS, TrainSettings, settings_for

CLASSES = [(recipes.__name__, TrainSettings)] + [(kind.module, kind.config_class) for kind in MODELS.values()]
WRITTEN = {"whole number": int, "number": float, "truth value": bool, "text": str}


@pytest.mark.parametrize(("module", "made"), CLASSES, ids=lambda one: getattr(one, "__name__", None))
def test_the_source_of_a_class_says_what_the_class_itself_says(module, made):
    hints = get_type_hints(made)
    found = {one.name: one for one in fields_of(module, made.__name__)}
    assert list(found) == [one.name for one in fields(made)]
    for one in fields(made):
        read = found[one.name]
        if read.type is None:
            assert one.name in {"config", "weights"}, f"nobody can write {one.name}"
            continue
        if not read.choices:
            wanted = WRITTEN[read.type] | None if read.optional else WRITTEN[read.type]
            assert hints[one.name] == wanted
        assert read.default == (None if one.default is MISSING else one.default)
        assert read.description, f"{one.name} is not described"


@pytest.mark.parametrize("kind", MODELS)
def test_no_setting_is_both_of_the_loop_and_of_a_model(kind):
    names = [one.name for one in options_of(kind)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("preset", [name for name in PRESETS if PRESETS[name].model == "summdiff"])
def test_defaults_are_those_of_the_recipe_and_can_be_given_back(preset):
    settings = settings_for("summdiff", preset=preset)
    listed = {one.name: one for one in options_of("summdiff", preset)}
    assert listed["denoiser"].default == settings.config["denoiser"]
    assert with_options(settings, {name: one.default for name, one in listed.items()}).lr == settings.lr


def test_values_are_read_as_what_they_are():
    training, config = typed(
        "summdiff", {"lr": "1e-4", "curves_per_video": "none", "denoiser": "DiT", "codebook_size": "100", "clamp": "no"}
    )
    assert training == {"lr": 1e-4, "curves_per_video": None}
    assert config == {"denoiser": "DiT", "codebook_size": 100, "clamp": False}
    assert typed("summdiff", {"clamp": True, "batch_size": 3}) == ({"batch_size": 3}, {"clamp": True})


def test_a_recipe_keeps_what_nobody_changes():
    settings = with_options(settings_for("summdiff"), {"lr": 1e-4, "hidden": 32})
    assert (settings.lr, settings.config["hidden"]) == (1e-4, 32)
    assert settings.config["correlation"] == PRESETS["summdiff"].config["correlation"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"denoisser": "DiT"}, "has no setting 'denoisser'; it has updates, batch_size"),
        ({"codebook_size": "many"}, "'codebook_size' should be a whole number from 0, not 'many'"),
        ({"batch_size": 0}, "'batch_size' should be a whole number from 1, not '0'"),
        ({"batch_size": 2.5}, "'batch_size' should be a whole number from 1, not '2.5'"),
        ({"curves_per_video": "x"}, "a whole number from 1 or none"),
        ({"lr": "-1"}, "'lr' should be a number from 0, not '-1'"),
        ({"lr": "nan"}, "'lr' should be a number from 0"),
        ({"clamp": "maybe"}, "'clamp' should be true or false, not 'maybe'"),
        ({"optimizer": "sgd"}, "'optimizer' should be one of adamw, adam, not 'sgd'"),
        ({"epochs": 3}, "has no setting 'epochs'"),
    ],
)
def test_what_is_wrong_with_a_setting_is_one_sentence_that_says_what_there_is(given, words):
    with pytest.raises(InputError) as error:
        typed("summdiff", given)
    assert words in error.value.message


def test_there_are_no_settings_of_what_does_not_exist():
    with pytest.raises(NotFoundError):
        options_of("oracle9000")


def test_descriptions_come_from_docstrings():
    told = attributes_of(
        "What.\n\nAttributes:\n    a, b: first\n        goes on.\n    c: last.\n\nRaises:\n    d: no.\n"
    )
    assert told == {"a": "first goes on.", "b": "first goes on.", "c": "last."}


def test_listing_settings_loads_no_torch():
    code = (
        "import sys; from core.training.options import options_of; from core.models.registry import MODELS\n"
        "[options_of(kind) for kind in MODELS]; print('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
