"""Of which feature spaces every entry has features, so that nobody opens its file to know whether it lacks one.

Features besides the main ones and those of captions are known to the files alone, which are asked once, here.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import h5py
import sqlalchemy as sa
from alembic import context, op

from core.data.space_ids import canonical

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    spaces = op.create_table(
        "entry_spaces",
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("space", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_entry_spaces_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", "space", name=op.f("pk_entry_spaces")),
    )
    data_dir = context.config.attributes["data_dir"]
    entries = sa.table("entries", *map(sa.column, ("id", "feature_space", "text_space", "arrays")))
    bind = op.get_bind()
    for entry in bind.execute(sa.select(entries)).all():
        found = {entry.feature_space, entry.text_space, *_further_spaces(data_dir / entry.arrays)} - {None}
        if found:
            bind.execute(spaces.insert(), [{"entry_id": entry.id, "space": space} for space in sorted(found)])


def _further_spaces(path: Path) -> list[str]:
    try:
        with h5py.File(path, "r") as file:
            return [canonical(unquote(name)) for name in file["entry"].get("spaces", ())]
    except (OSError, RuntimeError, KeyError):  # gone or damaged: such an entry is offered nothing either
        return []


def downgrade() -> None:
    op.drop_table("entry_spaces")
