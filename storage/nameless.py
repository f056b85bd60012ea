"""A library as those see it who may not know who labels here: pseudonyms for names, no row of one person's liking."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import asdict, replace

from core.data import AnnotationSet, Entry
from core.errors import NotFoundError
from core.labelling.who import Who
from core.personal import KIND as PERSONAL
from storage.captions import CaptionEdit, Captions
from storage.entry_files import EntryFiles
from storage.entry_people import People
from storage.library import Library
from storage.media import MediaFiles
from storage.mended import FACTS, MendedCut, MendedCuts, Numbered
from storage.pseudonyms import Pseudonyms
from storage.runs import Run, Runs
from storage.tasks import Annotator

SOMEBODY = "somebody here"


def nameless(library: Library) -> Library:
    """The same library, for reading, without the names of those who label here."""
    seen = copy.copy(library)
    seen.people = _People(library.entries, library.labels)
    seen.runs = _Runs(library.engine, library.data_dir)
    seen.mended = _MendedCuts(library.engine)
    files = EntryFiles(library.engine, library.data_dir, MediaFiles(library.data_dir))
    seen.captions = _Captions(library.engine, files)
    return seen


class _People(People):
    def of_entry(
        self,
        entry_id: str,
        *,
        who: Who = "all",
        include_open: bool = False,
        pseudonyms: bool = True,
        entry: Entry | None = None,
    ) -> AnnotationSet | None:
        return super().of_entry(entry_id, who=who, include_open=include_open, pseudonyms=True, entry=entry)

    def pseudonyms(self) -> Mapping[str, str]:
        return {}


class _Runs(Runs):
    def of_entry(self, entry_id: str) -> list[Run]:
        return [run for run in super().of_entry(entry_id) if run.track.kind != PERSONAL]

    def ids(self, entry_id: str) -> list[int]:
        return [run.id for run in self.of_entry(entry_id)]


class _Captions(Captions):
    def edits(self, entry_id: str) -> list[CaptionEdit]:
        return [replace(edit, who=SOMEBODY) for edit in super().edits(entry_id)]


class _MendedCuts(MendedCuts):
    def of_entry(self, entry_id: str, author: Annotator | None = None) -> list[MendedCut]:
        said = Pseudonyms.of_library(self._engine)
        return [_told(cut, said) for cut in super().of_entry(entry_id, author) if not cut.base.personal]

    def get(self, cut_id: int, *, removed: bool = False) -> MendedCut:
        cut = super().get(cut_id, removed=removed)
        if cut.base.personal:
            raise NotFoundError(f"There is no mended cut {cut_id}.")
        return _told(cut, Pseudonyms.of_library(self._engine))

    def steps(self, cut_id: int, after: int = 0) -> list[Numbered]:
        said = Pseudonyms.of_library(self._engine)
        found = super().steps(self.get(cut_id).id, after)
        return [Numbered(n, replace(step, data=said.value(step.data))) for n, step in found]


def _told(cut: MendedCut, said: Pseudonyms) -> MendedCut:
    author = None if cut.author is None else replace(cut.author, name=cut.author.pseudonym)
    base = replace(
        cut.base,
        source=said.text(cut.base.source),
        label=said.text(cut.base.label),
        facts=FACTS.validate_python(said.value(asdict(cut.base.facts))),
    )
    return replace(cut, author=author, name=said.text(cut.name), base=base)
