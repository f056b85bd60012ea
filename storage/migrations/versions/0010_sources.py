"""The time code of the file of an entry; how many people of an entry are simulated; assumed frame rates.

Of entries from before nobody knows it; where people were simulated, those of the data set all were; which
frame rates are assumed stands in the files, which are asked once, here.
"""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import sqlalchemy as sa
from alembic import context, op

revision = "0010"
down_revision = "0009"

ENTRIES = sa.table(
    "entries", *map(sa.column, ("id", "arrays", "people", "simulated", "simulated_people", "rate_assumed"))
)


def upgrade() -> None:
    op.add_column("origins", sa.Column("timecode", sa.String(), nullable=True))
    op.add_column("entries", sa.Column("simulated_people", sa.Integer(), nullable=False, server_default="0"))
    made = ENTRIES.update().where(ENTRIES.c.simulated == sa.true()).values(simulated_people=ENTRIES.c.people)
    op.get_bind().execute(made)
    op.drop_column("entries", "simulated")
    op.add_column("entries", sa.Column("rate_assumed", sa.Boolean(), nullable=False, server_default=sa.false()))
    bind, data_dir = op.get_bind(), context.config.attributes["data_dir"]
    for entry in bind.execute(sa.select(ENTRIES.c.id, ENTRIES.c.arrays)).all():
        if _is_assumed(data_dir / entry.arrays):
            bind.execute(ENTRIES.update().where(ENTRIES.c.id == entry.id).values(rate_assumed=True))


def _is_assumed(path: Path) -> bool:
    try:
        with h5py.File(path, "r") as file:
            return bool(json.loads(file["entry"].attrs.get("meta", "{}")).get("fps_note"))
    except (OSError, RuntimeError, KeyError, ValueError):  # gone or damaged: nobody sees its times either
        return False


def downgrade() -> None:
    op.add_column("entries", sa.Column("simulated", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.get_bind().execute(ENTRIES.update().values(simulated=ENTRIES.c.simulated_people > 0))
    op.drop_column("entries", "simulated_people")
    op.drop_column("entries", "rate_assumed")
    op.drop_column("origins", "timecode")
