"""An event can be added although the first page of the log is damaged.

Before a row has its number, SQLite calls it -1; looking for that went through the first page of the table each time.
"""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"

REFUSE = """
    CREATE TRIGGER events_no_replace BEFORE INSERT ON events
    WHEN EXISTS (
        SELECT 1 FROM events
        WHERE id = {id} OR (task_id = NEW.task_id AND client = NEW.client AND seq = NEW.seq)
    )
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END
"""


def upgrade() -> None:
    _replace("NULLIF(NEW.id, -1)")


def downgrade() -> None:
    _replace("NEW.id")


def _replace(number: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER events_no_replace")
        op.execute(REFUSE.format(id=number))
