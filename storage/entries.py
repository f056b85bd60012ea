"""The entries of a library: what lists say of them, what is in them, and how they come, change and go."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from sqlalchemy import Engine, Select, exists, func, or_, select, update

from core.data import AnnotationSet, Entry, Shots
from core.data.categories import TVSUM
from core.data.entry import RATE_NOTE
from core.data.sounds import SoundEvent
from core.data.space_ids import SAID
from core.data.timebase import Timebase
from core.data.transcript import Transcript
from core.errors import ConflictError, InputError, NotFoundError
from core.names import readable
from storage.arriving import add_entries
from storage.captions import Captions
from storage.database import reading, writing
from storage.encodings import Encodings
from storage.entry_files import EntryFiles
from storage.entry_rows import UNIFORM, EntrySummary, entry_row, slug, summary_of
from storage.formats.stayed_features import Chosen
from storage.labels import Labels
from storage.media import Media, MediaFiles, free_path
from storage.origins import Origin
from storage.people_counts import PeopleCounts
from storage.search import search_text_of
from storage.tables import DatasetRow, EntryRow, EntrySpaceRow, now

FEW = 500
TRANSCRIBER = "transcriber"  # of `Entry.meta`: who wrote down what is said


class Entries:
    """The entries of one library.

    Args:
        engine: from `open_database`.
        media: where videos and thumbnails lie.
        files: with the arrays.
        captions, encodings: what people corrected, and how features were made of it.
        labels: what people labelled here.
        counts: of the people of entries.
    """

    def __init__(
        self,
        engine: Engine,
        media: MediaFiles,
        files: EntryFiles,
        captions: Captions,
        encodings: Encodings,
        labels: Labels,
        counts: PeopleCounts,
    ) -> None:
        self._engine = engine
        self._media = media
        self._files = files
        self._captions = captions
        self._encodings = encodings
        self._labels = labels
        self._counts = counts

    def list(
        self,
        dataset: str | None = None,
        search: str | None = None,
        limit: int | None = None,
        offset: int = 0,
        space: str | None = None,
    ) -> list[EntrySummary]:
        """Entries in the order in which their datasets came.

        Args:
            dataset: only of this one.
            search: only those with this in their title, category or id, whatever the case.
            limit, offset: a page of them.
            space: only those whose features, of pictures or of captions, are of this space.
        """
        query = _matching(select(EntryRow), dataset, search)
        if space is not None:
            query = query.where(or_(EntryRow.feature_space == space, EntryRow.text_space == space))
        query = query.join(DatasetRow, DatasetRow.id == EntryRow.dataset)
        query = query.order_by(DatasetRow.created, DatasetRow.id, EntryRow.position, EntryRow.id)
        with reading(self._engine) as session:
            rows = session.scalars(query.limit(limit).offset(offset)).all()
        # Few are asked for by name: databases take some hundred names at once.
        submitted = self._labels.submitted_counts([row.id for row in rows] if len(rows) <= FEW else None)
        return [summary_of(row, submitted.get(row.id, 0)) for row in rows]

    def count(self, dataset: str | None = None, search: str | None = None) -> int:
        """How many entries `list` would give without a limit."""
        with reading(self._engine) as session:
            return session.scalar(_matching(select(func.count(EntryRow.id)), dataset, search)) or 0

    def spaces(self) -> dict[str, int]:
        """How many entries have features of each space, over all datasets; those that lists show, not further ones."""
        query = _matching(select(EntryRow.feature_space, func.count(EntryRow.id)), None, None)
        query = query.where(EntryRow.feature_space.is_not(None)).group_by(EntryRow.feature_space)
        with reading(self._engine) as session:
            return {space: count for space, count in session.execute(query) if space is not None}

    def lacking(self, space: str) -> Sequence[str]:
        """Entries that have no features of a space, of those whose file and video are here; opens none of them."""
        has = exists().where(EntrySpaceRow.entry_id == EntryRow.id, EntrySpaceRow.space == space)
        query = _matching(select(EntryRow.id, EntryRow.arrays, EntryRow.video, DatasetRow.media_root), None, None)
        query = query.join(DatasetRow, DatasetRow.id == EntryRow.dataset).where(EntryRow.video.is_not(None), ~has)
        with reading(self._engine) as session:
            rows = session.execute(query.order_by(EntryRow.id)).all()
        return [
            row.id
            for row in rows
            if (self._media.data_dir / row.arrays).is_file() and self._media.find(row.video, row.media_root)
        ]

    def without_video(self, dataset: str | None = None) -> Sequence[EntrySummary]:
        """Entries whose video is not here: none was ever given, or its file is gone."""
        query = _matching(select(EntryRow.id, EntryRow.video, DatasetRow.media_root), dataset, None)
        query = query.join(DatasetRow, DatasetRow.id == EntryRow.dataset)
        with reading(self._engine) as session:
            rows = session.execute(query).all()
        lacking = {row.id for row in rows if self._media.find(row.video, row.media_root) is None}
        return [one for one in self.list(dataset=dataset) if one.id in lacking] if lacking else []

    def summary(self, entry_id: str) -> EntrySummary:
        """What lists show of one entry. Raises NotFoundError."""
        submitted = self._labels.submitted_counts([entry_id]).get(entry_id, 0)
        with reading(self._engine) as session:
            return summary_of(entry_row(session, entry_id), submitted)

    def get(self, entry_id: str) -> Entry:
        """One entry with its arrays, its captions as people corrected them, and the people of its dataset.

        `video` and `thumbnails` are None where the files are gone.

        Raises:
            NotFoundError: there is no such entry, or its file is gone.
        """
        return self._captions.corrected(self._files.read(entry_id))

    def version(self, entry_id: str) -> str:
        """Another text whenever the arrays of an entry are others than before. Raises NotFoundError."""
        with reading(self._engine) as session:
            return entry_row(session, entry_id).arrays  # files are never changed, and no name is used twice

    def media(self, entry_id: str) -> Media:
        """Where an entry's video and thumbnails lie, without reading its arrays. Raises NotFoundError."""
        with reading(self._engine) as session:
            row = entry_row(session, entry_id)
            root = session.get_one(DatasetRow, row.dataset).media_root
        video, thumbnails = self._media.find(row.video, root), self._media.find(row.thumbnails, root)
        files = {"video": (row.video, video), "thumbnails": (row.thumbnails, thumbnails)}
        gone = frozenset(name for name, (kept, found) in files.items() if kept is not None and found is None)
        return Media(video, thumbnails, gone)

    def add(
        self,
        dataset_id: str,
        entries: Iterable[Entry],
        *,
        label: str = "",
        source: str = "",
        licence: str = "",
        replace: bool = False,
        media_root: Path | None = None,
        origin: Origin | None = None,
    ) -> Sequence[str]:
        """Takes entries into a dataset, all of them or none.

        Every entry also gets uniform two-second shots, on which people are asked to judge. Their videos and
        thumbnails stay where they are; see `store_media`.

        Args:
            dataset_id: of a new or an existing dataset; becomes the first part of the ids.
            entries: their own ids only matter for the key.
            label, source, licence: of a new dataset; for an existing one those that are not "" are renewed.
            replace: entries that exist are replaced instead of being an error; removed ones always are.
            media_root: folder from which videos and thumbnails are found again when the whole of it moves.
            origin: the file that they were taken in from.

        Returns:
            The ids, in order.

        Raises:
            ConflictError: an entry exists.
            InputError: no entries, or two with the same key.
            Whatever reading `entries` raises, such as FormatError.
        """
        ids, known = add_entries(
            self._engine,
            self._media,
            dataset_id,
            entries,
            label=label,
            source=source,
            licence=licence,
            replace=replace,
            media_root=media_root,
            origin=origin,
        )
        for entry_id in known:  # people who labelled the entries that were replaced are still theirs
            self._counts.recount(entry_id)
        return ids

    def add_ingested(
        self, entry: Entry, *, dataset: str = "videos", label: str = "Videos", origin: Origin | None = None
    ) -> str:
        """Takes one ingested video into the library, with its playable file and thumbnails, under a free key.

        Args:
            entry: with video and thumbnails where the ingest left them.
            dataset, label: where it belongs.
            origin: the file that it was made from.

        Returns:
            The id.
        """
        dataset = slug(dataset)
        key = self.free_key(dataset, entry.key)
        taken: dict[str, Path] = {}
        try:
            for name, source in {"video": entry.video, "thumbnails": entry.thumbnails}.items():
                if source is not None:
                    taken[name] = free_path(self._media.data_dir / "media" / dataset, key, source.suffix.lower())
                    self._media.take(source, taken[name])
            if entry.thumbnails is not None and (sidecar := entry.thumbnails.with_suffix(".json")).is_file():
                self._media.take(sidecar, taken["thumbnails"].with_suffix(".json"))
            while True:
                try:
                    entry = dataclasses.replace(
                        entry, id=f"{dataset}/{key}", video=taken.get("video"), thumbnails=taken.get("thumbnails")
                    )
                    return self.add(dataset, [entry], label=label, origin=origin)[0]
                except ConflictError:  # another process was given the same key meanwhile
                    key = self.free_key(dataset, entry.key)
        except BaseException:
            for path in taken.values():
                path.unlink(missing_ok=True)
                path.with_suffix(".json").unlink(missing_ok=True)
            raise

    def free_key(self, dataset: str, name: str) -> str:
        """A key for a new entry of the dataset, made from a name: "Mein Film.mp4" -> "mein-film", "mein-film-2"."""
        base = slug(Path(name).stem).lower()
        with reading(self._engine) as session:
            taken = set(session.scalars(select(EntryRow.id).where(EntryRow.dataset == dataset)))
        key, number = base, 2
        while f"{dataset}/{key}" in taken:
            key, number = f"{base}-{number}", number + 1
        return key

    def store_media(self, entry_id: str, video: Path | None = None, thumbnails: Path | None = None) -> None:
        """Takes a video, a thumbnail sprite (with its .json beside it) or both into the library's media folder.

        Files that lie in the data directory are moved; all others belong to somebody and are copied.

        Args:
            entry_id: of the entry that they show.
            video, thumbnails: files; None leaves what the entry has.
        """
        with reading(self._engine) as session:
            row = entry_row(session, entry_id)
        folder = self._media.data_dir / "media" / row.dataset
        values: dict[str, str] = {}
        for column, path in {"video": video, "thumbnails": thumbnails}.items():
            if path is None:
                continue
            target = folder / f"{row.id.partition('/')[2]}{path.suffix.lower()}"
            self._media.take(path, target)
            values[column] = str(target)
            sidecar = path.with_suffix(".json")
            if column == "thumbnails" and sidecar.is_file():
                self._media.take(sidecar, target.with_suffix(".json"))
        if values:
            with writing(self._engine) as session:
                session.execute(
                    update(EntryRow)
                    .where(EntryRow.id == entry_id)
                    .values({name: self._media.stored(Path(path)) for name, path in values.items()})
                )

    def rename(self, entry_id: str, title: str) -> None:
        """Gives an entry another title; with an empty one the name of its key. Its id stays. Raises NotFoundError."""
        with writing(self._engine) as session:
            row = entry_row(session, entry_id)
            row.title = " ".join(readable(title).split()) or entry_id.partition("/")[2]
            row.search_text = search_text_of(row.title, row.id, row.category)

    def set_note(self, entry_id: str, note: str) -> None:
        """Writes down something about an entry, instead of what was noted before. Raises NotFoundError."""
        with writing(self._engine) as session:
            entry_row(session, entry_id).note = readable(note).strip()

    def note(self, entry_id: str) -> str:
        """What people wrote down about an entry, "" where nobody did. Raises NotFoundError."""
        with reading(self._engine) as session:
            return entry_row(session, entry_id).note

    def remove(self, entry_id: str) -> None:
        """Takes an entry out of every list; nothing is deleted. Raises NotFoundError."""
        with writing(self._engine) as session:
            entry_row(session, entry_id).removed = now()

    def restore(self, entry_id: str) -> None:
        """Brings a removed entry back. Raises NotFoundError."""
        with writing(self._engine) as session:
            row = session.get(EntryRow, entry_id)
            if row is None:
                raise NotFoundError(f"There is no entry '{entry_id}'.")
            row.removed = None
            session.get_one(DatasetRow, row.dataset).removed = None
        self._counts.recount(entry_id)

    # Features

    def put_features(self, entry_id: str, space: str, features: np.ndarray, main: bool = False) -> None:
        """Gives an entry features of a space, in place of those it has of that space.

        Args:
            entry_id: whose.
            space: id of the space.
            features: (T, D) finite, one row per pick.
            main: also as those that lists show and training takes; those it had stay as further ones.

        Raises:
            NotFoundError: there is no such entry.
            InputError: the features do not fit the entry, or the id is no name.
        """
        rows = _finite(features, space)
        self._files.rewrite(entry_id, lambda now: now.with_features(space, rows, main))

    def put_text_features(self, entry_id: str, space: str, features: np.ndarray) -> None:
        """Gives an entry features of its captions as those that text models train on; those it had become further ones.

        Args, raises: as `put_features`.
        """
        rows = _finite(features, space)
        self._files.rewrite(entry_id, lambda now: now.with_text_features(space, rows))

    # Shots

    def put_shots(self, entry_id: str, shots: Shots) -> None:
        """Gives an entry a segmentation, which becomes its first; those it had stay, except one of the same name.

        Raises:
            NotFoundError: there is no such entry.
        """

        def changed(now: Entry) -> Entry:
            others = {name: kept for name, kept in now.shots.items() if name != shots.source}
            return dataclasses.replace(now, shots={shots.source: shots, **others})

        self._files.rewrite(entry_id, changed)

    def put_timebase(self, entry_id: str, timebase: Timebase, notes: Mapping[str, str] = {}) -> None:
        """Gives an entry the true times of its frames; its shots of two seconds are cut by them.

        Args:
            entry_id: whose.
            timebase: of its video.
            notes: what a person should know of that video, by names that end in "_note"; "" takes one away.

        Raises:
            NotFoundError: there is no such entry.
            InputError: the video that they are of has another number of frames.
        """
        from core.segment.segmentation import uniform_shots

        def timed(now: Entry) -> Entry:
            if timebase.n_frames != now.n_frames:
                raise InputError(f"'{entry_id}' has {now.n_frames} frames, not {timebase.n_frames}.")
            kept = {name: value for name, value in now.meta.items() if name != RATE_NOTE and name not in notes}
            meta = kept | {name: note for name, note in notes.items() if note}
            shots = {**now.shots, UNIFORM: uniform_shots(timebase)}
            return dataclasses.replace(now, timebase=timebase, meta=meta, shots=shots)

        self._files.rewrite(entry_id, timed)

    def put_people(self, people: Mapping[str, Callable[[Entry], AnnotationSet | None]]) -> None:
        """Gives entries other people of their dataset, all of the entries or none; who labels here stays as they are.

        Args:
            people: by the ids of the entries, from each as it is now.

        Raises:
            NotFoundError: there is no such entry.
            InputError: they do not fit the entry.
        """

        def changed(to: Callable[[Entry], AnnotationSet | None]) -> Callable[[Entry], Entry]:
            return lambda now: dataclasses.replace(now, annotations=to(now))

        self._files.rewrite_all({entry_id: changed(one) for entry_id, one in people.items()})
        for entry_id in people:
            self._counts.recount(entry_id)

    def put_notes(self, entry_id: str, notes: Mapping[str, str]) -> None:
        """Notes what a person should know of an entry, by names that end in "_note"; "" takes one away.

        Raises:
            NotFoundError: there is no such entry.
        """

        def noted(now: Entry) -> Entry:
            meta = {name: value for name, value in {**now.meta, **notes}.items() if value or name not in notes}
            return dataclasses.replace(now, meta=meta)

        self._files.rewrite(entry_id, noted)

    def put_survey(
        self,
        entry_id: str,
        *,
        empty: np.ndarray | None = None,
        signals: Mapping[str, np.ndarray] | None = None,
        sounds: tuple[SoundEvent, ...] | None = None,
    ) -> None:
        """Gives an entry what its pictures and its sound were measured to be; see `core.data.Entry`.

        Args:
            entry_id: whose.
            empty: (E, 2) half-open frame intervals whose pictures show nothing; None leaves those it has.
            signals: (T,) curves in [0, 1] by name, in place of those it has of these names.
            sounds: what is heard; None leaves what it has.

        Raises:
            NotFoundError: there is no such entry.
            InputError: a signal does not fit the entry's picks.
        """

        def measured(now: Entry) -> Entry:
            changed = now if empty is None else dataclasses.replace(now, empty=empty)
            heard = now.sounds if sounds is None else sounds
            return dataclasses.replace(changed, signals={**now.signals, **(signals or {})}, sounds=heard)

        self._files.rewrite(entry_id, measured)

    # Captions

    def put_captions(self, entry_id: str, captions: Sequence[str], captioner: str) -> None:
        """Gives an entry captions, in place of those it has; what people corrected at the same frames stays corrected.

        Args:
            entry_id: whose.
            captions: T sentences, one per pick.
            captioner: who made them, for people.

        Raises:
            NotFoundError: there is no such entry.
            InputError: there are more or fewer captions than picks.
        """

        def captioned(now: Entry) -> Entry:
            return dataclasses.replace(now, captions=tuple(captions), meta={**now.meta, "captioner": captioner})

        entry = self._files.read(entry_id)
        captioned(entry)  # says what does not fit before anything is noted
        if entry.captions == tuple(captions) and entry.meta.get("captioner") == captioner:
            return
        # Some datasets keep features of captions as the main ones; for visual ones the note means nothing.
        self._encodings.make_stale(entry_id, set(entry.features))
        self._files.rewrite(entry_id, captioned)

    def put_transcript(self, entry_id: str, transcript: Transcript | None, source: str) -> None:
        """Gives an entry what is said in it, in place of what it has; features of what was said before go.

        Args:
            entry_id: whose.
            transcript: None takes it away.
            source: who wrote it down, for people.

        Raises:
            NotFoundError: there is no such entry.
            InputError: it goes on after the end of the video.
        """

        def said(now: Entry) -> Entry:
            end = 0 if transcript is None else max((cue.start_ms for cue in transcript.cues), default=0)
            if end > now.timebase.duration * 1000:
                raise InputError(
                    f"The transcript begins a cue at {end / 1000:.1f} s, and '{entry_id}' lasts"
                    f" {now.timebase.duration:.1f} s: it is of another video.",
                    "Give the one of this video.",
                )
            meta = {name: value for name, value in now.meta.items() if name != TRANSCRIBER}
            if transcript is not None:
                meta[TRANSCRIBER] = source
            features = now.features
            if any(space.startswith(SAID) for space in features):
                features = Chosen(features, [space for space in features if not space.startswith(SAID)])
            return dataclasses.replace(now, transcript=transcript, meta=meta, features=features)

        self._files.rewrite(entry_id, said)


def _matching(query: Select, dataset: str | None, search: str | None) -> Select:
    query = query.where(EntryRow.removed.is_(None))
    if dataset:
        query = query.where(EntryRow.dataset == dataset)
    if search and search.strip():
        columns = (EntryRow.title, EntryRow.category, EntryRow.id)
        meant = [code for code, name in TVSUM.items() if search.strip().casefold() in name.casefold()]
        found = [column.icontains(search.strip(), autoescape=True) for column in columns]
        query = query.where(or_(*found, EntryRow.category.in_(meant)))
    return query


def _finite(features: np.ndarray, space: str) -> np.ndarray:
    """Features as float32, where they are finite and their space can be called like that."""
    if not np.isfinite(features).all():
        raise InputError(f"Features of '{space}' should be finite numbers, but some are not.", "Extract them again.")
    if not space or "/" in space:
        raise InputError(f"A feature space cannot be called '{space}'.")
    return features.astype(np.float32)
