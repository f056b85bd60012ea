"""All feature spaces by their ids, of pictures and of captions: one file and one line here add another.

Importing this module imports neither torch, transformers nor OpenCV, and no weights are read before a space is opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from types import MappingProxyType

from core.data.space_ids import COLOUR_MOTION, MINILM, SAID, canonical
from core.errors import InputError, NotFoundError
from core.features import efficientnet, googlenet, hashed_words, minilm, onnx, pretrained
from core.features.kinds import SpaceKind, SpaceOptions
from core.features.space import FeatureSpace
from core.features.text import TextSpace

DEFAULT = efficientnet.ID


def _colour_motion(options: SpaceOptions) -> FeatureSpace:
    from core.features import colour_motion  # OpenCV: only needed here

    return colour_motion.COLOUR_MOTION


SPACES = (
    SpaceKind(efficientnet.ID, efficientnet.LABEL, efficientnet.open_space, efficientnet.missing),
    SpaceKind(COLOUR_MOTION, "Colour and motion", _colour_motion, lambda: ""),
    SpaceKind(googlenet.ID, googlenet.LABEL, googlenet.open_space, googlenet.missing),
    SpaceKind(onnx.ID, onnx.LABEL, onnx.open_space, lambda: "the file of its network has to be named"),
    *(
        SpaceKind(f"{family.prefix}*", family.label, pretrained.open_space, lambda: "the model has to be named")
        for family in pretrained.FAMILIES
    ),
)
OF_CAPTIONS = (
    TextSpace(
        hashed_words.TEXT_SPACE,
        hashed_words.WIDTH,
        "hashed-words",
        hashed_words.REACH,
        hashed_words.text_features,
        literal=True,
    ),
    TextSpace(MINILM, minilm.WIDTH, "MiniLM", 0, minilm.text_features, minilm.PACKAGE),
)
OF_TRANSCRIPTS = tuple(
    replace(space, id=f"{SAID}{space.id}", label=f"{space.label}, said", of="transcript") for space in OF_CAPTIONS
)
TEXT_SPACES = MappingProxyType({space.id: space for space in (*OF_CAPTIONS, *OF_TRANSCRIPTS)})


def open_space(options: SpaceOptions | str) -> FeatureSpace:
    """A feature space of pictures, ready to be used.

    Its id is the one asked for. GoogLeNet's with other weights than torchvision's has one of its own, so that features
    of different networks never mix; who names a file or folder for another space says that it is that network.

    Args:
        options: how; or only the id.

    Raises:
        InputError: there is no such space, or the weights are of another network.
        NotFoundError: its weights, or a package that it needs, are not on this machine.
        ManycutError: what else is wrong with the weights or their download.
    """
    if isinstance(options, str):
        options = SpaceOptions(options)
    for kind in SPACES:
        if fnmatchcase(options.id, kind.id) and "/" not in options.id:  # ids are names in files
            return kind.open(options)
    if canonical(options.id) in TEXT_SPACES:
        raise InputError(
            f"'{options.id}' is a feature space of {TEXT_SPACES[canonical(options.id)].of}, not of pictures.",
            "`encode --space` makes its features.",
        )
    known = ", ".join(kind.id for kind in SPACES)
    raise InputError(f"There is no feature space '{options.id}'.", f"Choose one of: {known}.")


def text_space(name: str) -> TextSpace:
    """The feature space of captions of that id. Raises NotFoundError."""
    space = TEXT_SPACES.get(canonical(name))
    if space is not None:
        return space
    if any(fnmatchcase(name, kind.id) for kind in SPACES):
        raise NotFoundError(
            f"'{name}' is a feature space of pictures, not of captions.", "`features --space` makes its features."
        )
    raise NotFoundError(f"There is no text space '{name}'.", f"Known ones: {', '.join(TEXT_SPACES)}.")


def why_default(beside: Sequence[FeatureSpace] = ()) -> str:
    """What a person is told who did not choose a space, and what the entry keeps.

    Args:
        beside: further spaces that are computed because something here takes no other.
    """
    told = f"Taken in with {DEFAULT} features, the default."
    if beside:
        told += f" {' and '.join(space.id for space in beside)} was made too: models here, or these shots, take it."
    return f"{told} With GoogLeNet's weights {googlenet.ID} could be added." if googlenet.weights_are_here() else told
