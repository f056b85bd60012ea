"""The visual feature spaces by their ids: one file and one line here add another.

Importing this module imports neither torch nor transformers, and no weights are read before a space is opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from core.errors import InputError
from core.features import efficientnet, googlenet, onnx, pretrained
from core.features.colour_motion import COLOUR_MOTION
from core.features.kinds import SpaceKind, SpaceOptions
from core.features.space import FeatureSpace

DEFAULT = efficientnet.ID
SPACES = (
    SpaceKind(efficientnet.ID, efficientnet.LABEL, efficientnet.open_space, efficientnet.missing),
    SpaceKind(COLOUR_MOTION.id, COLOUR_MOTION.label, lambda options: COLOUR_MOTION, lambda: ""),
    SpaceKind(googlenet.ID, googlenet.LABEL, googlenet.open_space, googlenet.missing),
    SpaceKind(onnx.ID, onnx.LABEL, onnx.open_space, lambda: "the file of its network has to be named"),
    *(
        SpaceKind(f"{family.prefix}*", family.label, pretrained.open_space, lambda: "the model has to be named")
        for family in pretrained.FAMILIES
    ),
)


def open_space(options: SpaceOptions | str) -> FeatureSpace:
    """A feature space, ready to be used.

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
    known = ", ".join(kind.id for kind in SPACES)
    raise InputError(f"There is no feature space '{options.id}'.", f"Choose one of: {known}.")


def why_default(beside: Sequence[FeatureSpace] = ()) -> str:
    """What a person is told who did not choose a space, and what the entry keeps.

    Args:
        beside: further spaces that are computed because something here takes no other.
    """
    told = f"Taken in with {DEFAULT} features, the default."
    if beside:
        told += f" {' and '.join(space.id for space in beside)} was made too: models here, or these shots, take it."
    return f"{told} With GoogLeNet's weights {googlenet.ID} could be added." if googlenet.weights_are_here() else told
