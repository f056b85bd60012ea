"""The library of one data directory: entries, what people and models said about them, and where the files lie.

    manycut.db                      what is listed, searched and labelled
    entries/<dataset>/<key>.h5      the arrays of one entry
    media/<dataset>/<key>.*         videos and thumbnails that were taken into the library
    checkpoints/<id>/  runs/<id>.npz
    llmvs/<space>/<dataset>/        what language models said of captions
    judged/<server>/<dataset>/      what servers answered about them
    splits/<file>                   the split files that were given
    servers.toml                    the servers that have names here
    webhooks.toml                   who is told of what happens here

Files are written first and the database points to them when it commits, so nothing is ever half imported: what a crash
leaves behind is a file that nothing refers to.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from sqlalchemy import Engine

from core.errors import UnavailableError
from storage.accounts import Accounts
from storage.agreements import Agreements
from storage.annotations import Annotations
from storage.assignments import Assignments
from storage.board import Board
from storage.board_pages import BoardPages
from storage.captions import Captions
from storage.changes import Changes
from storage.checkpoints import Checkpoints
from storage.collections import Collections
from storage.database import BUSY_SECONDS, is_read_only, open_database
from storage.datasets import Datasets
from storage.encodings import Encodings
from storage.entries import Entries
from storage.entry_files import EntryFiles
from storage.entry_people import People
from storage.evaluations import Evaluations
from storage.happenings import Happenings
from storage.jobs import Jobs
from storage.labels import Labels
from storage.media import MediaFiles
from storage.mended import MendedCuts
from storage.origins import Origins
from storage.people_counts import PeopleCounts
from storage.persons import Persons
from storage.preferences import Preferences
from storage.runs import Runs
from storage.search import Search
from storage.seen import Seen
from storage.sessions import Sessions
from storage.split_files import SplitFiles
from storage.tags import Tags
from storage.tokens import Tokens
from storage.trash import Trash
from storage.workers import Workers


class Library:
    """The stores of a data directory over one connection; see `Library.open`.

    Args:
        data_dir: where its files lie; absolute.
        engine: from `open_database`.

    Attributes:
        data_dir, engine: as given; the engine is for modules of `storage`.
        datasets: entries that came together.
        entries: what they are, how they come, change and go.
        people, counts: everybody who judged them, and how many they are.
        persons: those whose name means the same person in every video.
        search: words, filters and order over them.
        runs, checkpoints: what models said, and the models.
        mended: cuts that people mend.
        preferences: which of two cuts they prefer.
        evaluations: what was measured of models.
        captions: those that were made before, and what people corrected.
        encodings: how the text features of entries were made.
        origins: the files that entries were taken in from.
        split_files: which videos train and which test, as files that were given say it.
        annotations: how people label here.
        labels: what their labels amount to.
        assignments: what they are asked to label.
        board: how far everybody is.
        board_pages: which videos the board shows of them.
        tags, collections: by what people find entries again.
        trash: what was removed.
        seen: who has looked at what others and models say.
        accounts: who may come in.
        sessions: the browsers that people are signed in with.
        tokens: what their scripts come in by.
        agreements: what was computed about how people agree.
        jobs: the table of background jobs.
        workers: who does them.
        changes: whether anything of an entry has changed.
        happenings: what other programs may want to hear of.
    """

    def __init__(self, data_dir: Path, engine: Engine) -> None:
        self.data_dir = data_dir
        self.engine = engine
        media = MediaFiles(data_dir)
        files = EntryFiles(engine, data_dir, media)
        self.datasets = Datasets(engine)
        self.labels = Labels(engine)
        self.counts = PeopleCounts(engine, files, self.labels)
        self.captions = Captions(engine, files)
        self.encodings = Encodings(engine)
        self.entries = Entries(engine, media, files, self.captions, self.encodings, self.labels, self.counts)
        self.people = People(self.entries, self.labels)
        self.persons = Persons(engine, self.entries, self.labels)
        self.search = Search(engine, media)
        self.runs = Runs(engine, data_dir)
        self.checkpoints = Checkpoints(engine, data_dir)
        self.mended = MendedCuts(engine)
        self.preferences = Preferences(engine)
        self.evaluations = Evaluations(engine)
        self.origins = Origins(engine)
        self.split_files = SplitFiles(data_dir)
        self.annotations = Annotations(engine, files, self.counts)
        self.assignments = Assignments(engine, self.annotations)
        self.board = Board(engine)
        self.board_pages = BoardPages(engine)
        self.tags = Tags(engine)
        self.collections = Collections(engine)
        self.trash = Trash(engine, data_dir, self.datasets, self.runs, self.mended)
        self.seen = Seen(engine)
        self.accounts = Accounts(engine)
        self.sessions = Sessions(engine)
        self.tokens = Tokens(engine)
        self.agreements = Agreements(engine)
        self.jobs = Jobs(engine)
        self.workers = Workers(engine)
        self.changes = Changes(engine, data_dir)
        self.happenings = Happenings(engine)

    @classmethod
    def open(cls, data_dir: Path, url: str | None = None, patience: float = BUSY_SECONDS) -> Library:
        """Opens the library of a data directory, made on first use; one of an earlier version becomes one of this.

        Args:
            data_dir: where its files lie.
            url: of another database than the one in the data directory; by default DATABASE_URL of the environment.
            patience: seconds that whoever writes waits for others who do.

        Raises:
            InputError, ConflictError, UnavailableError: see `open_database`.
        """
        data_dir = Path(data_dir).resolve()
        library = cls(data_dir, open_database(data_dir, url, patience))
        if not library.read_only:
            with suppress(UnavailableError):  # counted the next time; everything else goes on
                library.counts.count_uncounted()
        return library

    @property
    def read_only(self) -> bool:
        """Whether it lies where nothing can be written; whatever would change it is an UnavailableError then."""
        return is_read_only(self.engine)

    def close(self) -> None:
        """Closes the database."""
        self.engine.dispose()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
