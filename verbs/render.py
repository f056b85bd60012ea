"""`render`: a cut as a video of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from core.errors import InputError
from core.progress import Progress, ShouldStop, never, silent
from verbs.chosen_cut import KeepRequest, KeptCut, check_video, choose

if TYPE_CHECKING:
    from storage.library import Library


class RenderRequest(KeepRequest):
    """Which cut becomes a video."""

    verb: Literal["render"] = "render"


class RenderResult(KeptCut):
    """The video: its frames, its duration in seconds, its size in pixels, and whether it has sound."""

    frames: int
    duration: float
    width: int
    height: int
    sound: bool


def render(
    library: Library, request: RenderRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> RenderResult:
    """Renders a cut of an entry as MP4 with its sound.

    Raises:
        NotFoundError: there is no such entry or source, or it has no video.
        InputError: the cut would be empty, or the file is no .mp4.
        VideoError: the video cannot be read or written.
        Cancelled: `should_stop` said so.
    """
    from core.video.render import render_cut

    if request.out.suffix.lower() != ".mp4":
        raise InputError(f"A video is written as .mp4, not '{request.out.name}'.")
    check_video(library, request.entry)
    chosen = choose(library, request)
    request.out.parent.mkdir(parents=True, exist_ok=True)
    made = render_cut(
        chosen.entry.film,
        chosen.cut,
        request.out,
        timebase=chosen.entry.timebase,
        comment=chosen.source.learned_from,
        progress=progress,
        should_stop=should_stop,
    )
    return RenderResult(
        **dict(chosen.kept(made.file, "mp4")),
        frames=made.frames,
        duration=float(made.duration),
        width=made.width,
        height=made.height,
        sound=made.sound,
    )
