"""The library of one data directory: entries, what people and models said about them, and where the files lie.

    manycut.db                      what is listed, searched and labelled
    entries/<dataset>/<key>.h5      the arrays of one entry
    media/<dataset>/<key>.*         videos and thumbnails that were taken into the library
    checkpoints/<id>/  runs/<id>.npz
    llmvs/<space>/<dataset>/        what language models said of captions
    judged/<server>/<dataset>/      what servers answered about them
    servers.toml                    the servers that have names here

Files are written first and the database points to them when it commits, so nothing is ever half imported: what a crash
leaves behind is a file that nothing refers to.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session

from core.data import AnnotationSet, Entry, ScoreTrack, Shots
from core.errors import ConflictError, InputError, ManycutError, NotFoundError
from core.models.checkpoints import Checkpoint
from storage.accounts import Accounts
from storage.annotations import Annotations
from storage.assignments import Assignments
from storage.board import Board
from storage.captions import CaptionEdit, Captions
from storage.checkpoints import Checkpoints
from storage.database import open_database, reading, writing
from storage.encodings import Encodings, forget_encodings
from storage.entry_files import EntryFiles
from storage.entry_rows import (
    Dataset,
    EntrySummary,
    columns_of,
    entry_row,
    known_rows,
    people_columns,
    prepared,
    slug,
    summary_of,
)
from storage.finding import Picking
from storage.formats.entry_group import write_entry
from storage.formats.hdf5 import new_hdf5
from storage.jobs import Jobs
from storage.media import Media, MediaFiles, free_path
from storage.origins import Origin, Origins, forget_origins
from storage.people import Who, people_of, scores_of
from storage.runs import Run, Runs
from storage.tables import DatasetRow, EntryRow, OriginRow, now

log = logging.getLogger("manycut.library")


class Library:
    """Opens (and makes) the library of a data directory.

    Args:
        data_dir: where its files lie.
        url: of another database than the one in the data directory; by default DATABASE_URL of the environment.

    Attributes:
        data_dir: absolute.
        accounts: who may come in.
        annotations: what people label here.
        assignments: what they are asked to label.
        board: how far everybody is.
        jobs: the table of background jobs.
        picking: search, filters and order over the entries.
        captions: those that were made before, and what people corrected.
        encodings: how the text features of entries were made.
        origins: the files that entries were taken in from.
        checkpoint_folder: where new checkpoints belong.

    Raises:
        InputError, ConflictError: see `open_database`.
    """

    def __init__(self, data_dir: Path, url: str | None = None) -> None:
        self.data_dir = Path(data_dir).resolve()
        self._engine = open_database(self.data_dir, url)
        self._files = MediaFiles(self.data_dir)
        self._arrays = EntryFiles(self._engine, self.data_dir, self._files)
        self._checkpoints = Checkpoints(self._engine, self.data_dir)
        self._runs = Runs(self._engine, self.data_dir)
        self.checkpoint_folder = self._checkpoints.folder
        self.annotations = Annotations(self._engine, self._shots_of, self._count_people)
        self.accounts = Accounts(self._engine)
        self.board = Board(self._engine)
        self.assignments = Assignments(self._engine, self.annotations)
        self.jobs = Jobs(self._engine)
        self.picking = Picking(self._engine, self._files)
        self.captions = Captions(self._engine)
        self.encodings = Encodings(self._engine)
        self.origins = Origins(self._engine)
        self._count_uncounted()

    def close(self) -> None:
        """Closes the database."""
        self._engine.dispose()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # Entries

    def datasets(self) -> list[Dataset]:
        """All datasets, oldest first."""
        count = func.count(EntryRow.id).filter(EntryRow.removed.is_(None))
        query = (
            select(DatasetRow, count)
            .outerjoin(EntryRow, EntryRow.dataset == DatasetRow.id)
            .group_by(DatasetRow.id)
            .order_by(DatasetRow.created, DatasetRow.id)
        )
        with reading(self._engine) as session:
            return [
                Dataset(
                    id=row.id,
                    label=row.label,
                    source=row.source,
                    licence=row.licence,
                    created=row.created,
                    media_root=None if row.media_root is None else Path(row.media_root),
                    entries=entries,
                )
                for row, entries in session.execute(query)
            ]

    def entries(
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
        query = self._matching(select(EntryRow), dataset, search)
        if space is not None:
            query = query.where(or_(EntryRow.feature_space == space, EntryRow.text_space == space))
        query = query.join(DatasetRow, DatasetRow.id == EntryRow.dataset)
        query = query.order_by(DatasetRow.created, DatasetRow.id, EntryRow.position, EntryRow.id)
        submitted = self.annotations.submitted_counts()
        with reading(self._engine) as session:
            rows = session.scalars(query.limit(limit).offset(offset)).all()
        return [summary_of(row, submitted.get(row.id, 0)) for row in rows]

    def count_entries(self, dataset: str | None = None, search: str | None = None) -> int:
        """How many entries `entries` would give without a limit."""
        with reading(self._engine) as session:
            return session.scalar(self._matching(select(func.count(EntryRow.id)), dataset, search)) or 0

    def spaces(self) -> dict[str, int]:
        """How many entries have features of each space, over all datasets; those that lists show, not further ones."""
        query = self._matching(select(EntryRow.feature_space, func.count(EntryRow.id)), None, None)
        query = query.where(EntryRow.feature_space.is_not(None)).group_by(EntryRow.feature_space)
        with reading(self._engine) as session:
            return {space: count for space, count in session.execute(query) if space is not None}

    def lacking(self, space: str) -> list[str]:
        """Entries whose video is here and that have no features of a space; what cannot be read is left out."""
        query = self._matching(select(EntryRow.id), None, None).where(EntryRow.video.is_not(None))
        query = query.where(EntryRow.feature_space.is_distinct_from(space)).order_by(EntryRow.id)
        with reading(self._engine) as session:
            ids = session.scalars(query).all()
        found = []
        for entry_id in ids:
            with suppress(ManycutError):  # it was removed just now, or its file is gone
                if self._arrays.lacks(entry_id, space):
                    found.append(entry_id)
        return found

    def entry_summary(self, entry_id: str) -> EntrySummary:
        """What lists show of one entry. Raises NotFoundError."""
        submitted = self.annotations.submitted_counts().get(entry_id, 0)
        with reading(self._engine) as session:
            return summary_of(entry_row(session, entry_id), submitted)

    def entry(self, entry_id: str) -> Entry:
        """One entry with its arrays, its captions as people corrected them, and the people of its dataset.

        `video` and `thumbnails` are None where the files are gone.

        Raises:
            NotFoundError: there is no such entry, or its file is gone.
        """
        return self.captions.corrected(self._arrays.read(entry_id))

    def media(self, entry_id: str) -> Media:
        """Where an entry's video and thumbnails lie, without reading its arrays. Raises NotFoundError."""
        with reading(self._engine) as session:
            row = entry_row(session, entry_id)
            root = session.get_one(DatasetRow, row.dataset).media_root
        return Media(self._files.find(row.video, root), self._files.find(row.thumbnails, root))

    def add_entries(
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
    ) -> list[str]:
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
        dataset_id = slug(dataset_id)
        folder = self.data_dir / "entries" / dataset_id
        written: dict[str, Path] = {}
        rows: dict[str, dict[str, Any]] = {}
        try:
            for entry in entries:  # one at a time: a dataset may be larger than the memory
                entry = prepared(entry, dataset_id)
                if entry.id in written:
                    raise InputError(f"Two entries of this import would be '{entry.id}'.", "Their keys must differ.")
                written[entry.id] = path = free_path(folder, entry.key)
                with new_hdf5(path) as file:
                    write_entry(file.create_group("entry"), entry)
                rows[entry.id] = columns_of(entry) | {"arrays": str(path.relative_to(self.data_dir))}
            if not rows:
                raise InputError(f"There is no entry to import into '{dataset_id}'.")
            with writing(self._engine) as session:
                known = known_rows(session, list(rows))
                present = [row.id for row in known.values() if row.removed is None]
                if present and not replace:
                    raise ConflictError(
                        f"{len(present)} of these entries exist already, such as '{present[0]}'.",
                        "Import with replace, or under another dataset name.",
                    )
                outdated = [self.data_dir / row.arrays for row in known.values()]
                forget_encodings(session, list(known))
                forget_origins(session, list(known))
                root = self._put_dataset(session, dataset_id, label, source, licence, media_root)
                last = session.scalar(select(func.max(EntryRow.position)).where(EntryRow.dataset == dataset_id))
                for position, (entry_id, columns) in enumerate(rows.items(), 0 if last is None else last + 1):
                    row = known.get(entry_id)
                    if row is None:
                        row = EntryRow(id=entry_id, dataset=dataset_id, position=position)
                        session.add(row)
                    for name, value in columns.items():
                        setattr(row, name, self._files.stored(value, root) if isinstance(value, Path) else value)
                    row.removed = None
                    if origin is not None:
                        session.add(OriginRow(entry_id=entry_id, **vars(origin)))
        except BaseException:
            for path in written.values():
                path.unlink(missing_ok=True)
            raise
        for path in outdated:
            path.unlink(missing_ok=True)
        for entry_id in known:  # people who labelled the entries that were replaced are still theirs
            self._count_people(entry_id)
        return list(rows)

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
                    taken[name] = free_path(self.data_dir / "media" / dataset, key, source.suffix.lower())
                    self._files.take(source, taken[name])
            if entry.thumbnails is not None and (sidecar := entry.thumbnails.with_suffix(".json")).is_file():
                self._files.take(sidecar, taken["thumbnails"].with_suffix(".json"))
            while True:
                try:
                    entry = dataclasses.replace(entry, id=f"{dataset}/{key}", **taken)
                    return self.add_entries(dataset, [entry], label=label, origin=origin)[0]
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
        folder = self.data_dir / "media" / row.dataset
        values: dict[str, str] = {}
        for column, path in {"video": video, "thumbnails": thumbnails}.items():
            if path is None:
                continue
            target = folder / f"{row.id.partition('/')[2]}{path.suffix.lower()}"
            self._files.take(path, target)
            values[column] = str(target)
            sidecar = path.with_suffix(".json")
            if column == "thumbnails" and sidecar.is_file():
                self._files.take(sidecar, target.with_suffix(".json"))
        if values:
            with writing(self._engine) as session:
                session.execute(
                    update(EntryRow)
                    .where(EntryRow.id == entry_id)
                    .values({name: self._files.stored(Path(path)) for name, path in values.items()})
                )

    def remove_entry(self, entry_id: str) -> None:
        """Takes an entry out of every list; nothing is deleted. Raises NotFoundError."""
        with writing(self._engine) as session:
            entry_row(session, entry_id).removed = now()

    def restore_entry(self, entry_id: str) -> None:
        """Brings a removed entry back. Raises NotFoundError."""
        with writing(self._engine) as session:
            row = session.get(EntryRow, entry_id)
            if row is None:
                raise NotFoundError(f"There is no entry '{entry_id}'.")
            row.removed = None
        self._count_people(entry_id)

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
        self._arrays.rewrite(entry_id, lambda now: now.with_features(space, _fitting(features, now, space), main))

    def put_text_features(self, entry_id: str, space: str, features: np.ndarray) -> None:
        """Gives an entry features of its captions as those that text models train on; those it had become further ones.

        Args, raises: as `put_features`.
        """
        self._arrays.rewrite(entry_id, lambda now: now.with_text_features(space, _fitting(features, now, space)))

    # Shots

    def put_shots(self, entry_id: str, shots: Shots) -> None:
        """Gives an entry a segmentation, which becomes its first; those it had stay, except one of the same name.

        Raises:
            NotFoundError: there is no such entry.
        """

        def changed(now: Entry) -> Entry:
            others = {name: kept for name, kept in now.shots.items() if name != shots.source}
            return dataclasses.replace(now, shots={shots.source: shots, **others})

        self._arrays.rewrite(entry_id, changed)

    def put_survey(
        self, entry_id: str, *, empty: np.ndarray | None = None, signals: Mapping[str, np.ndarray] | None = None
    ) -> None:
        """Gives an entry what its pictures and its sound were measured to be; see `core.data.Entry`.

        Args:
            entry_id: whose.
            empty: (E, 2) half-open frame intervals whose pictures show nothing; None leaves those it has.
            signals: (T,) curves in [0, 1] by name, in place of those it has of these names.

        Raises:
            NotFoundError: there is no such entry.
            InputError: a signal does not fit the entry's picks.
        """

        def measured(now: Entry) -> Entry:
            for name, curve in (signals or {}).items():
                if curve.shape != now.picks.shape or not np.all((curve >= 0) & (curve <= 1)):
                    raise InputError(f"The signal '{name}' needs {len(now.picks)} numbers in [0, 1].")
            changed = now if empty is None else dataclasses.replace(now, empty=empty)
            return dataclasses.replace(changed, signals={**now.signals, **(signals or {})})

        self._arrays.rewrite(entry_id, measured)

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
            if len(captions) != len(now.picks):
                raise InputError(f"'{entry_id}' has {len(now.picks)} picks, but there are {len(captions)} captions.")
            return dataclasses.replace(now, captions=tuple(captions), meta={**now.meta, "captioner": captioner})

        entry = self._arrays.read(entry_id)
        captioned(entry)
        if entry.captions == tuple(captions) and entry.meta.get("captioner") == captioner:
            return
        # Some datasets keep features of captions as the main ones; for visual ones the note means nothing.
        self.encodings.make_stale(entry_id, {entry.feature_space, entry.text_space, *entry.more} - {None})
        self._arrays.rewrite(entry_id, captioned)

    def edit_caption(self, entry_id: str, pick: int, text: str, who: str) -> CaptionEdit | None:
        """Corrects the caption of one pick; see `Captions.edit`. Raises NotFoundError, InputError."""
        return self.captions.edit(self._arrays.read(entry_id), pick, text, who)

    # People

    def entry_people(
        self,
        entry_id: str,
        *,
        who: Who = "all",
        include_open: bool = False,
        pseudonyms: bool = False,
        entry: Entry | None = None,
    ) -> AnnotationSet | None:
        """The people of the dataset followed by those who labelled the entry here; None where nobody did.

        Args:
            entry_id: of the entry.
            who: "all", only the people of the "dataset", or only those who label here ("own").
            include_open: also labels that are not submitted yet.
            pseudonyms: call those who label here by their pseudonyms.
            entry: the entry, where it is loaded already.
        """
        labels = [] if who == "dataset" else self.annotations.labels_of(entry_id, include_open)
        return people_of(entry or self.entry(entry_id), labels, who, pseudonyms)

    def labelled_entries(
        self,
        dataset: str | None = None,
        entry_id: str | None = None,
        *,
        who: Who = "all",
        include_open: bool = False,
        pseudonyms: bool = False,
    ) -> list[Entry]:
        """Entries with all their people in `annotations`, for training, agreement and export.

        Entries that nobody of `who` judged are left out.
        """
        ids = [entry_id] if entry_id else [summary.id for summary in self.entries(dataset)]
        found = []
        for one in ids:
            entry = self.entry(one)
            people = self.entry_people(one, who=who, include_open=include_open, pseudonyms=pseudonyms, entry=entry)
            if people is not None:
                found.append(dataclasses.replace(entry, annotations=people))
        return found

    # Models

    def checkpoints(self, kind: str | None = None, feature_space: str | None = None) -> list[Checkpoint]:
        """Registered checkpoints, newest first; those that cannot be read are left out and logged."""
        return self._checkpoints.list(kind, feature_space)

    def checkpoint(self, reference: str | Path, entry: Entry | None = None) -> Checkpoint:
        """The checkpoint with this id, in this directory, or the newest of this kind that can score `entry`.

        Raises:
            NotFoundError, CheckpointError: there is none, or it cannot be read, or none fits.
        """
        return self._checkpoints.find(reference, entry)

    def register_checkpoint(self, directory: Path, *, in_place: bool = False, replace: bool = False) -> Checkpoint:
        """Makes a checkpoint known; copies it into <data>/checkpoints unless it is there or `in_place`.

        Raises:
            CheckpointError: it cannot be read.
            ConflictError: another checkpoint has its id, and it shall not `replace` that one.
        """
        return self._checkpoints.register(directory, in_place=in_place, replace=replace)

    def remove_checkpoint(self, checkpoint_id: str) -> None:
        """Takes a checkpoint out of the lists; its files stay."""
        self._checkpoints.remove(checkpoint_id)

    def runs(self, entry_id: str) -> list[Run]:
        """The runs of an entry, oldest first."""
        return self._runs.of_entry(entry_id)

    def run_ids(self, entry_id: str) -> list[int]:
        """The ids of the runs of an entry, oldest first; cheap."""
        return self._runs.ids(entry_id)

    def run(self, run_id: int) -> Run:
        """One run. Raises NotFoundError."""
        return self._runs.get(run_id)

    def add_run(self, entry_id: str, track: ScoreTrack, label: str = "") -> Run:
        """Keeps what a model said about an entry.

        Raises:
            NotFoundError: no such entry.
            InputError: the track was made for other picks.
        """
        return self.add_runs(entry_id, [track], [label or track.model])[0]

    def add_runs(self, entry_id: str, tracks: Sequence[ScoreTrack], labels: Sequence[str] = ()) -> list[Run]:
        """Keeps several tracks of one entry, all or none."""
        picks = self.entry_summary(entry_id).picks
        for track in tracks:
            if track.scores.ndim != 2 or track.scores.shape[1] != picks:
                raise InputError(f"'{entry_id}' has {picks} picks; the scores are of shape {track.scores.shape}.")
        return self._runs.add(entry_id, tracks, labels)

    def remove_run(self, run_id: int) -> None:
        """Forgets a run. Raises NotFoundError."""
        self._runs.remove(run_id)

    # Demo

    def seed_demo(self, assets_dir: Path) -> bool:
        """Imports the demo library into an empty one, or finds its media again; see `storage.demo`."""
        from storage.demo import seed_demo

        return seed_demo(self, assets_dir)

    def set_media_root(self, dataset_id: str, folder: Path) -> None:
        """Says where the media of a dataset lie now."""
        with writing(self._engine) as session:
            query = update(DatasetRow).where(DatasetRow.id == dataset_id)
            session.execute(query.values(media_root=str(folder.resolve())))

    # Inside

    def _count_people(self, entry_id: str) -> None:
        """Renews what lists say about the people of an entry, after some came or went."""
        with writing(self._engine) as session:  # from the reading on: the last to write has seen all labels
            try:
                scores = scores_of(self.entry(entry_id), self.annotations.labels_of(entry_id))
            except ManycutError as error:  # its file is gone, or it is removed: no reason to refuse labels
                log.warning("The people of %s could not be counted: %s", entry_id, error)
                return
            session.execute(update(EntryRow).where(EntryRow.id == entry_id).values(people_columns(scores)))

    def _count_uncounted(self) -> None:
        """Counts the people of entries that come from a version of Manycut that did not."""
        waiting = EntryRow.judges.is_(None)
        with reading(self._engine) as session:
            ids = session.scalars(select(EntryRow.id).where(waiting)).all()
        for entry_id in ids:
            self._count_people(entry_id)
        if ids:
            with writing(self._engine) as session:  # those that cannot be read
                session.execute(update(EntryRow).where(waiting).values(judges=EntryRow.people))

    def _matching(self, query: Select, dataset: str | None, search: str | None) -> Select:
        query = query.where(EntryRow.removed.is_(None))
        if dataset:
            query = query.where(EntryRow.dataset == dataset)
        if search and search.strip():
            columns = (EntryRow.title, EntryRow.category, EntryRow.id)
            query = query.where(or_(*(c.icontains(search.strip(), autoescape=True) for c in columns)))
        return query

    def _shots_of(self, entry_id: str, name: str) -> Shots:
        shots = self.entry(entry_id).shots
        if name not in shots:
            raise NotFoundError(f"Entry '{entry_id}' has no shots '{name}'.")
        return shots[name]

    def _put_dataset(
        self, session: Session, dataset_id: str, label: str, source: str, licence: str, root: Path | None
    ) -> Path | None:
        """Makes or renews the row of a dataset and returns its media root."""
        row = session.get(DatasetRow, dataset_id)
        if row is None:
            row = DatasetRow(id=dataset_id, label=label or dataset_id, source=source, licence=licence)
            session.add(row)
        else:
            row.label, row.source = label or row.label, source or row.source
            row.licence = licence or row.licence
        if root is not None:
            row.media_root = str(root.resolve())
        session.flush()
        return None if row.media_root is None else Path(row.media_root)


def _fitting(features: np.ndarray, entry: Entry, space: str) -> np.ndarray:
    """Features as float32. Asked whenever a file is written: another process may have replaced the entry meanwhile."""
    picks = len(entry.picks)
    if features.ndim != 2 or len(features) != picks or not np.isfinite(features).all():
        raise InputError(f"'{entry.id}' needs {picks} rows of finite numbers, not an array of {features.shape}.")
    if not space or "/" in space:
        raise InputError(f"A feature space cannot be called '{space}'.")
    return features.astype(np.float32)
