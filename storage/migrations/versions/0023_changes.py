"""A number that grows whenever something changes that pages show of entries; the database counts by itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

WATCHED = ("datasets", "entries", "annotators", "protocols", "runs", "checkpoints", "caption_edits")
# A task changes with every event; what is seen of it elsewhere changes when it is submitted, taken back or excluded.
OF_TASKS = ("state", "excluded", "practice", "annotator_id")
COUNT = "UPDATE changes SET n = n + 1"


def _different(differ: str) -> str:
    """Also where it was submitted before: it can be reopened and submitted at once."""
    return " OR ".join(["NEW.state = 'submitted'", *(f"OLD.{column} {differ} NEW.{column}" for column in OF_TASKS)])


def _sqlite() -> list[str]:
    statements = [
        f"CREATE TRIGGER {table}_changes_{act.lower()} AFTER {act} ON {table} BEGIN {COUNT}; END"
        for table in (*WATCHED, "tasks")
        for act in ("INSERT", "UPDATE", "DELETE")
        if (table, act) != ("tasks", "UPDATE")
    ]
    update = f"AFTER UPDATE OF {', '.join(OF_TASKS)} ON tasks WHEN {_different('IS NOT')}"
    return [*statements, f"CREATE TRIGGER tasks_changes_update {update} BEGIN {COUNT}; END"]


def _postgresql() -> list[str]:
    function = f"""
    CREATE FUNCTION count_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN {COUNT}; RETURN NULL; END $$
    """
    acts = dict.fromkeys(WATCHED, "INSERT OR UPDATE OR DELETE OR TRUNCATE")
    acts["tasks"] = "INSERT OR DELETE OR TRUNCATE"
    run = "EXECUTE FUNCTION count_change()"
    return [
        function,
        *(f"CREATE TRIGGER {on}_changes AFTER {act} ON {on} FOR EACH STATEMENT {run}" for on, act in acts.items()),
        f"CREATE TRIGGER tasks_changes_update AFTER UPDATE OF {', '.join(OF_TASKS)} ON tasks FOR EACH ROW"
        f" WHEN ({_different('IS DISTINCT FROM')}) {run}",
    ]


def upgrade() -> None:
    n = sa.Column("n", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)
    op.create_table("changes", n, sa.PrimaryKeyConstraint("n", name="pk_changes"))
    op.execute("INSERT INTO changes (n) VALUES (0)")
    for statement in {"sqlite": _sqlite, "postgresql": _postgresql}[op.get_bind().dialect.name]():
        op.execute(statement)


def downgrade() -> None:
    for table in (*WATCHED, "tasks"):
        if op.get_bind().dialect.name == "sqlite":
            for act in ("insert", "update", "delete"):
                op.execute(f"DROP TRIGGER {table}_changes_{act}")
        else:
            op.execute(f"DROP TRIGGER {table}_changes ON {table}")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER tasks_changes_update ON tasks")
        op.execute("DROP FUNCTION count_change()")
    op.drop_table("changes")
