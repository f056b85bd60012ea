"""Signals: curves computed from the video itself, for cuts that need nobody's labels.

Each is one function in a file of its own; here they are listed for people, in the order in which pages show them.
Importing this module reads no video and loads nothing heavy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from core.data.timebase import Timebase
    from core.segment.survey import Survey
    from core.signals.hearing import Heard

DEFAULT_SIGNAL = "balanced"


@dataclass(frozen=True)
class Signal:
    """A signal as people read of it.

    Attributes:
        name: in files and sources of cuts.
        title: for people.
        about: one sentence: which moments it likes.
        always: whether every video has it.
    """

    name: str
    title: str
    about: str
    always: bool = True

    @property
    def label(self) -> str:
        return f"Signal: {self.title}"


SIGNALS = (
    Signal(DEFAULT_SIGNAL, "balanced", "Moments that have something of everything: the mean of the signals below."),
    Signal("novelty", "novelty", "Moments that look unlike what surrounds them and are rare in the film."),
    Signal("typicality", "typicality", "Moments that look like what the film mostly is, each view while it is fresh."),
    Signal("motion", "motion", "Moments in which much moves; cuts and fades do not count."),
    Signal("sound", "sound", "Moments that are loud for the film, with voices or music.", always=False),
    Signal("light", "sharpness and light", "Moments whose pictures are sharp, well exposed and rich in contrast."),
)


def listed(name: str) -> Signal:
    """A signal by its name; one that was imported is called by its name."""
    return next(
        (signal for signal in SIGNALS if signal.name == name), Signal(name, name, "A signal of another source.")
    )


def ordered(names: Iterable[str]) -> list[str]:
    """Names of signals in the order of `SIGNALS`, others after them."""
    order = [signal.name for signal in SIGNALS]
    return sorted(names, key=lambda name: order.index(name) if name in order else len(order))


def signals(
    survey: Survey, timebase: Timebase, picks: np.ndarray, features: np.ndarray, heard: Heard | None
) -> dict[str, np.ndarray]:
    """All signals of a video, in the order of `SIGNALS`.

    Args:
        survey: of the video.
        timebase: of the video.
        picks: (T,) int64 ascending frames, at least one.
        features: (T, D) finite, at the picks, of any visual space.
        heard: what `core.signals.hearing.hear` heard; None leaves the signal "sound" out.

    Returns:
        (T,) float32 in [0, 1] by name.

    Raises:
        InputError: these are not of one video.
    """
    from core.errors import InputError
    from core.signals.balanced import balanced
    from core.signals.light import light
    from core.signals.motion import motion
    from core.signals.novelty import novelty
    from core.signals.sound import sound
    from core.signals.typicality import typicality

    if len(survey) != timebase.n_frames or len(features) != len(picks) or len(picks) == 0:
        raise InputError(
            f"{len(survey)} surveyed frames, {len(features)} rows of features and {len(picks)} picks are not of one"
            f" video of {timebase.n_frames} frames."
        )
    curves = {
        "novelty": novelty(survey, timebase, picks, features),
        "typicality": typicality(survey, timebase, picks, features),
        "motion": motion(survey, timebase, picks),
    }
    if heard is not None:
        curves["sound"] = sound(heard, timebase, picks)
    curves["light"] = light(survey, timebase, picks, features)
    return {DEFAULT_SIGNAL: balanced(curves), **curves}
