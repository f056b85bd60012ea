"""Who is signed in stands here and no longer in signed cookies; so does whether people have accounts.

The mark that tells libraries apart was made of the key that signed the cookies. It stays what it was: browsers keep
what they could not send yet under it.
"""

from __future__ import annotations

import hashlib
import secrets

import sqlalchemy as sa
from alembic import context, op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_sessions"),
    )
    op.create_index("ix_sessions_name", "sessions", ["name"])
    op.create_index("ix_sessions_seen", "sessions", ["seen"])
    installation = op.create_table(
        "installation",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_installation"),
    )
    op.bulk_insert(installation, [{"name": "mark", "value": _mark()}])
    led = "SELECT 1 FROM annotators WHERE role = 'lead' AND key IS NOT NULL"
    if op.get_bind().scalar(sa.text(led)):
        op.bulk_insert(installation, [{"name": "accounts", "value": "links"}])


def downgrade() -> None:
    op.drop_table("installation")
    op.drop_table("sessions")


def _mark() -> str:
    key = context.config.attributes["data_dir"] / "session.key"
    if key.is_file():
        return hashlib.sha256(key.read_bytes()).hexdigest()[:12]
    return secrets.token_hex(6)
