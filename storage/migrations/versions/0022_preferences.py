"""Which of two cuts people prefer. Votes are append-only by the database itself, as events are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER preference_votes_no_update BEFORE UPDATE ON preference_votes
    BEGIN SELECT RAISE(ABORT, 'votes are append-only'); END
    """,
    """
    CREATE TRIGGER preference_votes_no_delete BEFORE DELETE ON preference_votes
    BEGIN SELECT RAISE(ABORT, 'votes are append-only'); END
    """,
    """
    CREATE TRIGGER preference_votes_no_replace BEFORE INSERT ON preference_votes
    WHEN EXISTS (SELECT 1 FROM preference_votes WHERE id = NEW.id OR client = NEW.client)
    BEGIN SELECT RAISE(ABORT, 'votes are append-only'); END
    """,
)
POSTGRES_TRIGGERS = (
    """
    CREATE TRIGGER preference_votes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON preference_votes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
)


def upgrade() -> None:
    op.create_table(
        "preference_studies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_preference_studies"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "preference_pairs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=True),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("a", sa.JSON(), nullable=False),
        sa.Column("b", sa.JSON(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("shots", sa.String(), nullable=False),
        sa.Column("budget", sa.Double(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["preference_studies.id"], name="fk_preference_pairs_study_id"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_preference_pairs_entry_id"),
        sa.PrimaryKeyConstraint("id", name="pk_preference_pairs"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_preference_pairs_study_id", "preference_pairs", ["study_id"])
    op.create_index("ix_preference_pairs_entry_id", "preference_pairs", ["entry_id"])
    op.create_table(
        "preference_votes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pair_id", sa.Integer(), nullable=False),
        sa.Column("annotator_id", sa.Integer(), nullable=True),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("watched_a", sa.Double(), nullable=False),
        sa.Column("watched_b", sa.Double(), nullable=False),
        sa.Column("swapped", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["pair_id"], ["preference_pairs.id"], name="fk_preference_votes_pair_id"),
        sa.ForeignKeyConstraint(["annotator_id"], ["annotators.id"], name="fk_preference_votes_annotator_id"),
        sa.PrimaryKeyConstraint("id", name="pk_preference_votes"),
        sa.UniqueConstraint("client", name="uq_preference_votes_client"),
    )
    op.create_index("ix_preference_votes_pair_id", "preference_votes", ["pair_id"])
    op.create_index("ix_preference_votes_annotator_id", "preference_votes", ["annotator_id"])
    for statement in {"sqlite": SQLITE_TRIGGERS, "postgresql": POSTGRES_TRIGGERS}.get(op.get_bind().dialect.name, ()):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("preference_votes")
    op.drop_table("preference_pairs")
    op.drop_table("preference_studies")
