"""Names, colours and samplers of models: what the page is told, so that it names no model itself."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from core.models.registry import MODELS
from core.models.summarizer import Sampler
from webapp.views.kinds import kind_facts

PLAYER = Path(__file__).resolve().parents[3] / "assets" / "player"


def test_a_kind_that_is_new_to_the_registry_is_described_like_the_others(monkeypatch):
    new = replace(MODELS["summdiff"], name="second", label="Second sampler")
    monkeypatch.setitem(MODELS, "second", new)
    facts = kind_facts(["second"])["second"]
    assert facts.samples
    assert facts.label == "Second sampler"
    assert facts.family == kind_facts(["mlp"])["mlp"].family


def test_only_what_samples_is_said_to_sample():
    facts = kind_facts([*MODELS, "visp"])
    assert {name for name, one in facts.items() if one.samples} == {"summdiff", "residual", "tastes", "visp"}


def test_what_is_told_steps_and_guidance_is_what_takes_them():
    for name, facts in kind_facts(MODELS).items():
        assert facts.diffuses == issubclass(MODELS[name].model_class, Sampler)


def test_every_colour_is_one_of_the_theme():
    theme = (PLAYER / "shared" / "theme.css").read_text()
    for facts in kind_facts([*MODELS, "visp"]).values():
        assert len(re.findall(rf"--mc-{facts.colour}: #", theme)) == 2  # light and dark


def test_the_page_of_compare_names_no_model():
    named = re.compile("|".join(f"'{name}'" for name in (*MODELS, "visp")))
    modules = [*(PLAYER / "compare").glob("*.mjs"), *(PLAYER / "shared").glob("*.mjs")]
    assert len(modules) > 50
    assert [path.name for path in modules if named.search(path.read_text())] == []
