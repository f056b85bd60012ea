"""What can be chosen before films and data sets are taken in, and what this machine lacks."""

from __future__ import annotations

from core.features.registry import DEFAULT, SPACES
from core.segment.settings import DEFAULT_KIND, ShotKind, ShotSettings
from storage.formats.zipped import ENDINGS
from storage.library import Library
from storage.servers import read_servers
from verbs.import_kinds import CHECKPOINT_FILES
from verbs.video_files import SUFFIXES
from webapp.import_folder import offered
from webapp.quotas import quota_of
from webapp.sending import MB, largest
from webapp.views.answer import Answer

SHOTS: tuple[tuple[ShotKind, str], ...] = (
    ("transitions", "Transitions: cuts, dissolves and fades"),
    ("kts", "KTS: where the picks change"),
    ("kts-frames", "KTS on every frame (slower)"),
    ("uniform", "Uniform: of equal duration"),
)
# Further endings that are films, though folders of the command line are not searched for them.
PICTURES = frozenset({".3gp", ".apng", ".gif", ".mxf", ".webp"})
OTHERS = (".csv", ".eaf", ".zip")


class SpaceChoice(Answer):
    """A feature space; `missing` says why this machine has it not, "" where it has."""

    id: str
    label: str
    missing: str


class ShotsChoice(Answer):
    """A way to cut into shots."""

    id: ShotKind
    label: str


class ServerChoice(Answer):
    """A server that has a name here, and its model, "" where it has one only."""

    name: str
    model: str


class AddingChoices(Answer):
    """What the page offers.

    Attributes:
        spaces: of features; `space` is taken where nobody chooses.
        shots: ways to cut; `shot_kind` likewise.
        picks_per_second, penalty, seconds: where nobody says otherwise, as they are written.
        captioners, judges: servers that are meant for the one and the other.
        servers_wrong: whether servers.toml has mistakes.
        names: at the top of the import folder; none in a public demo.
        video_endings, data_endings: of what is taken in, with their dots.
        video_bytes, data_bytes: that one file may have.
    """

    spaces: list[SpaceChoice]
    space: str
    shots: list[ShotsChoice]
    shot_kind: ShotKind
    picks_per_second: str
    penalty: float
    seconds: str
    captioners: list[ServerChoice]
    judges: list[ServerChoice]
    servers_wrong: bool
    names: list[str]
    video_endings: list[str]
    data_endings: list[str]
    video_bytes: int
    data_bytes: int


def choices(library: Library) -> AddingChoices:
    """As they are now: somebody may have put weights or a server there."""
    found, public = read_servers(library.data_dir), quota_of(library).public
    here = found.servers.values()
    # Where a model is named for one of the two, the server is meant for that.
    captioners = [(one.name, one.caption_model) for one in here if one.caption_model or not one.judge_model]
    judges = [(one.name, one.judge_model) for one in here if one.judge_model or not one.caption_model]
    return AddingChoices(
        spaces=[SpaceChoice(id=kind.id, label=kind.label, missing=kind.missing() or "") for kind in SPACES],
        space=DEFAULT,
        shots=[ShotsChoice(id=id, label=label) for id, label in SHOTS],
        shot_kind=DEFAULT_KIND,
        picks_per_second="2",
        penalty=ShotSettings.penalty,
        seconds=str(ShotSettings.seconds),
        captioners=[ServerChoice(name=name, model=model or "") for name, model in captioners],
        judges=[ServerChoice(name=name, model=model or "") for name, model in judges],
        servers_wrong=bool(found.mistakes),
        names=[] if public else offered(library.data_dir),
        video_endings=sorted(SUFFIXES | PICTURES),
        data_endings=sorted({*ENDINGS, *CHECKPOINT_FILES, *OTHERS}),
        video_bytes=largest("video", public).now() * MB,
        data_bytes=largest("data", public).now() * MB,
    )
