"""Names of checkpoints, which of them are offered first, and what was measured of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("checkpoints", sa.Column("name", sa.String(), nullable=True))
    op.add_column("checkpoints", sa.Column("promoted", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "evaluations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("checkpoint", sa.String(), nullable=False),
        sa.Column("dataset", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("splits", sa.String(), nullable=True),
        sa.Column("split", sa.Integer(), nullable=True),
        sa.Column("protocol", sa.String(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["checkpoint"], ["checkpoints.id"], name=op.f("fk_evaluations_checkpoint_checkpoints")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluations")),
    )
    op.create_index(op.f("ix_evaluations_checkpoint"), "evaluations", ["checkpoint"])


def downgrade() -> None:
    op.drop_index(op.f("ix_evaluations_checkpoint"), "evaluations")
    op.drop_table("evaluations")
    op.drop_column("checkpoints", "promoted")
    op.drop_column("checkpoints", "name")
