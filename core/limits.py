"""How much people may give: how long a name, how large a file, how many at once.

Whoever gives more is told so in a sentence with the number in it. Limits of a file format, of an algorithm or of a
model stand where these are. The pages know the same numbers from `assets/player/shared/limits.mjs`, which `make wire`
writes.
"""

from __future__ import annotations

# What people write, in characters. Names stand in one line of a table, texts in a paragraph of a page.
PERSON_NAME_CHARS = 100
PROTOCOL_NAME_CHARS = 60  # it is shown with its version, in a list
MODEL_NAME_CHARS = 100
TITLE_CHARS = 100  # of an assignment, a collection
FILE_NAME_CHARS = 200
INSTRUCTION_CHARS = 5000  # of a protocol, and of the label of one of its values
NOTE_CHARS = 2000  # of an annotator: a note, why a video is skipped
REASON_CHARS = 1000  # of a lead: why a task is excluded, restored or reopened
CAPTION_CHARS = 2000
TAG_CHARS = 40
TAGS = 50  # of an entry
SEARCH_CHARS = 500
QUERY_CHARS = 200  # of what is looked for in captions and transcripts
TRANSCRIPT_CHARS = 4_000_000  # of a file of what is said; ten hours of speech have less than 1
SEARCH_TERMS = 16  # of which each is a condition, and databases limit how deep a condition may be; others are not read
SOURCE_CHARS = 200  # of a name of scores, such as person:NAME
CLIENT_CHARS = 64  # of the id of a browser's tab, and of the name of a field of an event
TOKEN_LABEL_CHARS = 100  # what a script's token is for
LOG_FIELD_CHARS = 1000  # of a name, id or time in a log of events; far more than any has

# Labelling
UNDO_STEPS = 1000  # that a task remembers
EVENTS_PER_REQUEST = 2000  # the page sends 100
SAMPLES_PER_EVENT = 2000  # of a continuous rating: half a minute at 60 a second; the page sends one second
FIELDS_PER_EVENT = 16  # of its data
LAST_NUMBER = 100_000  # of the marked segments and takes of a task
LAST_SEQ = 2**53 - 1  # of a client's events; browsers count no further exactly
LAG_SECONDS = 10.0  # by which continuous ratings come late; people react within a few

# Mending cuts
STEPS_PER_REQUEST = 500
SPANS_PER_STEP = 500  # that one step paints, and as many splits
STEPS_PER_CUT = 10_000  # that are folded with every look at it: some milliseconds

# Comparing cuts
PAIRS_PER_STUDY = 500  # whose cuts are solved while one waits
ASKED_PER_STUDY = 1000  # people
COUPLES_PER_STUDY = 20  # of sources, on every video
WATCHED_SECONDS = 1e6  # of a cut, that a browser can say

# Scripts
TOKENS = 50  # of a person
TOKEN_DAYS = 3650  # after which one that is to end has ended

# Asking people
PEOPLE_PER_VIDEO = 1000
HOLD_MINUTES = 7 * 24 * 60  # for which a place is kept for whoever began: a week
VIDEOS_PER_ASSIGNMENT = 20_000
VIDEOS_TO_CHOOSE = 1000  # listed where nobody leads; where there are more, an assignment hands them out
PICKER_ROWS = 200  # on one page of the entry picker
ENTRIES_CHOSEN = 100_000  # at once on the Library page
ENTRIES_PER_CHANGE = 200  # that the Library page tags or removes with one request

# Videos and models
UPLOAD_BYTES = 512 * 2**20  # of another installation's log; the command line takes in more
SPLIT_FILE_BYTES = 4 * 2**20  # from a page; 32,000 videos take less than one
CHECKPOINT_BYTES = 4 * 2**30  # of an archive, unpacked; the largest release has less than 1
PICKS_PER_SECOND = 60  # as often as most films show a picture
PICKS_PER_VIDEO = 20_000  # that a model scores at once: close to three hours at two picks per second
ENTRIES_FOR_PEOPLE = 500  # of a dataset, whose files are read to see whom it names
SEGMENTS_PER_CUT = 100_000
LENGTH_CHARS = 30  # of how long a cut shall be, such as "90 s"
CLIP_SECONDS = 600.0  # of one of many short clips; longer ones are not short
SAMPLES_PER_RUN = 256  # score curves that a model draws of one video
SAMPLING_STEPS = 1000  # as many as the noise of training has
GUIDANCE = 10.0  # weight; beyond, samples are at 0 and 1 alone
TEMPERATURE = 4.0  # factor on the noise; beyond, nothing of the video is left
SEED = 2**31 - 1  # also what a page's number field takes exactly
EPOCHS = 10_000
TRAINING_MINUTES = 7 * 24 * 60  # a week
SEEDS = 20  # checkpoints that one training makes
SPLITS = 500  # of a file that is made here, each with all videos
