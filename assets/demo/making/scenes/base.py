"""What every scene kind has."""

from __future__ import annotations

import numpy as np

from assets.demo.making.palettes import Palette


class Scene:
    """One place or event. Static layers are made once in `build`; `draw` paints the moment t.

    Attributes:
        pal: colours. seed: of everything random in it. span: seconds the scene lasts in its story.
        options: what a story says about it beyond the palette.
        cues: (second, name) moments that should be heard: "boom", "thunder", "splash", "cheer", ...
    """

    def __init__(self, pal: Palette, seed: int, span: float, **options: object) -> None:
        self.pal, self.seed, self.span, self.options = pal, seed, span, options
        self.rng = np.random.default_rng(seed)
        self.cues: list[tuple[float, str]] = []
        self.build()

    def build(self) -> None:
        """Makes the layers that do not change."""

    def draw(self, canvas: np.ndarray, t: float) -> None:
        """Paints the (540, 960, 3) canvas for t seconds after the scene's beginning."""
        raise NotImplementedError
