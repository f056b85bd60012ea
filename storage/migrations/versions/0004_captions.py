"""Captions that need not be made twice, corrections by people, and how text features were made.

Corrections are append-only by the database itself, as events are. MiniLM's feature space, known by the name that one
file gives it, gets its own.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER caption_edits_no_update BEFORE UPDATE ON caption_edits
    BEGIN SELECT RAISE(ABORT, 'caption edits are append-only'); END
    """,
    """
    CREATE TRIGGER caption_edits_no_delete BEFORE DELETE ON caption_edits
    BEGIN SELECT RAISE(ABORT, 'caption edits are append-only'); END
    """,
    """
    CREATE TRIGGER caption_edits_no_replace BEFORE INSERT ON caption_edits
    WHEN EXISTS (SELECT 1 FROM caption_edits WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'caption edits are append-only'); END
    """,
)
POSTGRES_TRIGGERS = (
    """
    CREATE FUNCTION refuse_caption_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'caption edits are append-only'; END $$
    """,
    """
    CREATE TRIGGER caption_edits_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON caption_edits
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_caption_change()
    """,
)


MINILM_WAS = "blip-base caption -> all-MiniLM-L6-v2, 384-d, l2-normalised"
SPACES = (("entries", "feature_space"), ("entries", "text_space"), ("checkpoints", "feature_space"),
          ("runs", "feature_space"))  # fmt: skip


def upgrade() -> None:
    for table, column in SPACES:
        one = sa.table(table, sa.column(column))
        op.execute(one.update().where(one.c[column] == MINILM_WAS).values({column: "minilm-l6-v2"}))
    op.create_table(
        "caption_cache",
        sa.Column("picture", sa.String(), nullable=False),
        sa.Column("captioner", sa.String(), nullable=False),
        sa.Column("prompt", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("picture", "captioner", "prompt", name=op.f("pk_caption_cache")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "caption_edits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("frame", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("replaced", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_caption_edits_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caption_edits")),
    )
    op.create_index(op.f("ix_caption_edits_entry_id"), "caption_edits", ["entry_id"], unique=False)
    op.create_table(
        "encodings",
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("space", sa.String(), nullable=False),
        sa.Column("edit", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(), nullable=True),
        sa.Column("folder", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_encodings_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", "space", name=op.f("pk_encodings")),
    )
    triggers = {"sqlite": SQLITE_TRIGGERS, "postgresql": POSTGRES_TRIGGERS}
    for statement in triggers.get(op.get_bind().dialect.name, ()):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("encodings")
    op.drop_table("caption_edits")
    op.drop_table("caption_cache")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_caption_change")
