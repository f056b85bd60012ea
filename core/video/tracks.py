"""Which of a file's tracks are used: those that players choose, unless a person wants another sound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from av.stream import Disposition

from core.errors import VideoError

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.stream import Stream
    from av.video.stream import VideoStream

Track = TypeVar("Track", "VideoStream", "AudioStream")


def picture_tracks(container: InputContainer) -> list[VideoStream]:
    """All tracks of pictures; cover art is none."""
    return [track for track in container.streams.video if not track.disposition & Disposition.attached_pic]


def picture_track(container: InputContainer) -> VideoStream | None:
    """The pictures that players show; None where nothing can be decoded."""
    return _played(picture_tracks(container))


def sound_track(container: InputContainer, wanted: str | None = None) -> AudioStream | None:
    """The sound that players play, or another; None where nothing can be decoded.

    Args:
        container: the opened file.
        wanted: its number among the sound tracks, from "1", its language ("eng", "en") or a part of its title. Where
            there is but one track, it is that one.

    Raises:
        VideoError: there is no such track, or it cannot be decoded; says which there are.
    """
    tracks = container.streams.audio
    if wanted is None or len(tracks) < 2:
        return _played(tracks)
    found = _named(tracks, wanted)
    if found is None:
        raise VideoError(
            f"There is no sound track '{wanted}' among {', '.join(described(tracks))}.",
            "Name one of them, or leave the choice out.",
        )
    if found.codec_context is None:
        raise VideoError(f"The codec of the sound track '{wanted}' is not known.", "Name another.")
    return found


def described(tracks: Sequence[AudioStream]) -> list[str]:
    """For people: "1 (fra)", "2 (eng, Commentary, default)"."""
    played = _played(tracks)
    said = []
    for number, track in enumerate(tracks, 1):
        language = None if track.language == "und" else track.language
        facts = [language, track.metadata.get("title"), "default" if track is played else None]
        known = ", ".join(fact for fact in facts if fact)
        said.append(f"{number} ({known})" if known else f"{number}")
    return said


def tracks_note(container: InputContainer, pictures: VideoStream, sound: AudioStream | None) -> str:
    """Which tracks are used, where there are several of a kind; else ""."""
    said = []
    if len(shown := picture_tracks(container)) > 1:
        said.append(f"Of its {len(shown)} picture tracks, number {shown.index(pictures) + 1} is used.")
    if len(heard := container.streams.audio) > 1 and sound is not None:
        names = described(heard)
        said.append(f"Of its sound tracks {', '.join(names)}, number {heard.index(sound) + 1} is used.")
    return " ".join(said)


def players_agree(container: InputContainer, *used: Stream | None) -> bool:
    """Whether every player plays these tracks of a file: the first of their kind, and those marked as default."""
    pictures, sounds = picture_tracks(container), list(container.streams.audio)
    first = {tracks[0].index for tracks in (pictures, sounds) if tracks}
    default = {track.index for track in (_played(pictures), _played(sounds)) if track is not None}
    return first & default == {track.index for track in used if track is not None}


def _played(tracks: Sequence[Track]) -> Track | None:
    """The first default one, else the first."""
    known = [track for track in tracks if track.codec_context is not None]
    return next((track for track in known if track.disposition & Disposition.default), next(iter(known), None))


def _named(tracks: Sequence[AudioStream], wanted: str) -> AudioStream | None:
    if wanted.isdecimal():
        return tracks[int(wanted) - 1] if 1 <= int(wanted) <= len(tracks) else None
    name = wanted.casefold()
    spoken = [track for track in tracks if (track.language or "").casefold().startswith(name)]
    titled = [track for track in tracks if name in track.metadata.get("title", "").casefold()]
    return next(iter(spoken + titled), None)
