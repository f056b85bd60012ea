"""Who is asked to compare the pairs of a study."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "preference_asked",
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("annotator_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["preference_studies.id"], name="fk_preference_asked_study_id"),
        sa.ForeignKeyConstraint(["annotator_id"], ["annotators.id"], name="fk_preference_asked_annotator_id"),
        sa.PrimaryKeyConstraint("study_id", "annotator_id", name="pk_preference_asked"),
    )
    op.create_index("ix_preference_asked_annotator_id", "preference_asked", ["annotator_id"])


def downgrade() -> None:
    op.drop_table("preference_asked")
