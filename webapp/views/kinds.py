"""Kinds of models as the page shows them. A kind that is new to the registry needs nothing here or in the page."""

from __future__ import annotations

from collections.abc import Iterable

from core.models.registry import MODELS, SELF_DISCOVERED
from core.personal import KIND as PERSONAL
from core.personal import LABEL as PERSONAL_LABEL
from webapp.views.answer import Answer

# Kinds with a colour of their own in assets/player/shared/theme.css.
COLOURED = ("summdiff", "llmvs", "csta")
OTHER = "other-model"
OTHERS = "other models"


class KindFacts(Answer):
    """What a page has to know about a kind of model.

    Attributes:
        label: its name for people.
        family: what the kinds of its colour are called together.
        colour: name of a colour of the theme.
        samples: whether it draws several curves of one video.
        diffuses: whether it draws them by diffusion, in steps, guided, from noise of a temperature.
        steps: how many it takes where nobody says; None where there are none.
    """

    label: str
    family: str
    colour: str
    samples: bool
    diffuses: bool
    steps: int | None


def kind_facts(names: Iterable[str]) -> dict[str, KindFacts]:
    """The kinds of these names, also of those that are in no registry: made elsewhere, or without labels."""
    return {name: _facts(name) for name in sorted(set(names))}


def _facts(name: str) -> KindFacts:
    kind = MODELS.get(name)
    label = kind.label if kind else PERSONAL_LABEL if name == PERSONAL else name
    own = name in COLOURED
    return KindFacts(
        label=label,
        family=label if own else OTHERS,
        colour=name if own else OTHER,
        samples=kind.samples if kind else name in (SELF_DISCOVERED, PERSONAL),
        diffuses=kind is not None and kind.diffuses,
        steps=kind.steps if kind is not None and kind.diffuses else None,
    )
