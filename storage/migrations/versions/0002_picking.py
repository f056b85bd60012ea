"""What entries are searched and sorted by: words, people, disagreement.

Where the people of an entry can be compared, they are counted when the library is opened next, because that takes its
arrays (see `storage.library`); `judges` is NULL until then.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.search import search_text_of

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("entries", sa.Column("words", sa.String(), nullable=False, server_default=""))
    op.add_column("entries", sa.Column("judges", sa.Integer(), nullable=True))
    op.add_column("entries", sa.Column("disagreement", sa.Double(), nullable=True))
    op.create_index("ix_entries_listed", "entries", ["removed", "dataset", "category"], unique=False)
    connection = op.get_bind()
    entries = sa.table("entries", *(sa.column(name) for name in ("id", "title", "category", "words")))
    rows = connection.execute(sa.select(entries.c.id, entries.c.title, entries.c.category)).all()
    values = [{"entry": row.id, "found": search_text_of(row.title, row.id, row.category)} for row in rows]
    if values:
        connection.execute(
            entries.update().where(entries.c.id == sa.bindparam("entry")).values(words=sa.bindparam("found")), values
        )
    op.execute("UPDATE entries SET judges = people WHERE people < 2 AND id NOT IN (SELECT entry_id FROM tasks)")


def downgrade() -> None:
    op.drop_index("ix_entries_listed", "entries")
    for name in ("disagreement", "judges", "words"):
        op.drop_column("entries", name)
