"""Shapes of a cut by their names, without what makes them; see `core.select.shapes`."""

from typing import Literal, get_args

Shape = Literal["scored", "one", "short", "story"]
SHAPES: tuple[Shape, ...] = get_args(Shape)
# How long one of many short clips may be, where nobody says.
CLIP_SECONDS = 3.0
