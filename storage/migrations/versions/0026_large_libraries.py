"""Lists and boards over a million entries: indices for their orders, and entries counted by the database itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

LISTED, REMOVED = sa.text("removed IS NULL"), sa.text("removed IS NOT NULL")
# What is filtered by; on SQLite also what is searched, since PostgreSQL limits how long a row of an index may be.
FILTERED = ("dataset", "category", "judges", "disagreement", "id")
BY_BACKEND = {
    "sqlite": ("ix_entries_searched", (*FILTERED, "words", "video")),
    "postgresql": ("ix_entries_filtered", FILTERED),
}
ORDERS = {
    "ix_entries_library": ("dataset", "position", "id"),
    "ix_entries_title": (sa.text("substr(words, 1, 200)"), "id"),
    "ix_entries_duration": ("duration", "id"),
    "ix_entries_people": ("judges", "id"),
    "ix_entries_most_people": (sa.text("(-judges)"), "id"),
    "ix_entries_disagreement": ("disagreement", "id"),
    "ix_entries_labelled": (sa.text("(judges - people)"), "id"),
}
COUNTED = ("entry_id", "practice", "excluded", "state", "seen", "annotator_id", "protocol_id", "touched", "created")
DELTA = """
INSERT INTO entry_counts (dataset, category, entries) SELECT dataset, category, sum(n) FROM ({changed}) AS changed
GROUP BY dataset, category HAVING sum(n) <> 0
ON CONFLICT (dataset, category) DO UPDATE SET entries = entry_counts.entries + excluded.entries
"""


def _sqlite() -> list[str]:
    def one(row: str, n: int) -> str:
        return f"SELECT {row}.dataset AS dataset, {row}.category AS category, {n} AS n WHERE {row}.removed IS NULL"

    acts = {
        "INSERT": [one("NEW", 1)],
        "DELETE": [one("OLD", -1)],
        "UPDATE OF dataset, category, removed": [one("OLD", -1), one("NEW", 1)],
    }
    return [
        f"CREATE TRIGGER entries_counted_{act.partition(' ')[0].lower()} AFTER {act} ON entries BEGIN"
        f" {DELTA.format(changed=' UNION ALL '.join(parts))}; END"
        for act, parts in acts.items()
    ]


def _postgresql() -> list[str]:
    def rows(table: str, n: int) -> str:
        return f"SELECT dataset, category, {n} AS n FROM {table} WHERE removed IS NULL"

    acts = {
        "INSERT": ("NEW TABLE AS came", [rows("came", 1)]),
        "DELETE": ("OLD TABLE AS went", [rows("went", -1)]),
        "UPDATE": ("OLD TABLE AS went NEW TABLE AS came", [rows("went", -1), rows("came", 1)]),
    }
    statements = []
    for act, (tables, parts) in acts.items():
        name = f"count_entries_{act.lower()}"
        statements += [
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" BEGIN {DELTA.format(changed=' UNION ALL '.join(parts))}; RETURN NULL; END $$",
            f"CREATE TRIGGER entries_counted_{act.lower()} AFTER {act} ON entries REFERENCING {tables}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
        ]
    return [
        *statements,
        "CREATE FUNCTION forget_entries() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN DELETE FROM entry_counts; RETURN NULL; END $$",
        "CREATE TRIGGER entries_counted_truncate AFTER TRUNCATE ON entries"
        " FOR EACH STATEMENT EXECUTE FUNCTION forget_entries()",
    ]


def upgrade() -> None:
    backend = op.get_bind().dialect.name
    op.create_table(
        "entry_counts",
        sa.Column("dataset", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("dataset", "category", name="pk_entry_counts"),
    )
    op.execute(
        "INSERT INTO entry_counts SELECT dataset, category, count(*) FROM entries WHERE removed IS NULL"
        " GROUP BY dataset, category"
    )
    for statement in {"sqlite": _sqlite, "postgresql": _postgresql}[backend]():
        op.execute(statement)
    # SQLite took it for whatever asks for what is not removed, and sorted.
    op.drop_index("ix_entries_listed", "entries")
    op.create_index("ix_entries_removed", "entries", ["removed"], sqlite_where=REMOVED, postgresql_where=REMOVED)
    for name, columns in (BY_BACKEND[backend], *ORDERS.items()):
        op.create_index(name, "entries", [*columns, "removed"], sqlite_where=LISTED, postgresql_where=LISTED)
    op.create_index("ix_tasks_touched", "tasks", ["touched", "id"])
    op.create_index("ix_tasks_board", "tasks", list(COUNTED))
    op.drop_index("ix_tasks_entry_id", "tasks")


def downgrade() -> None:
    op.create_index("ix_tasks_entry_id", "tasks", ["entry_id"])
    op.drop_index("ix_tasks_board", "tasks")
    op.drop_index("ix_tasks_touched", "tasks")
    backend = op.get_bind().dialect.name
    for name in (BY_BACKEND[backend][0], *ORDERS, "ix_entries_removed"):
        op.drop_index(name, "entries")
    op.create_index("ix_entries_listed", "entries", ["removed", "dataset", "category"])
    if backend == "sqlite":
        for act in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER entries_counted_{act}")
    else:
        for act in ("insert", "delete", "update", "truncate"):
            op.execute(f"DROP TRIGGER entries_counted_{act} ON entries")
        for function in ("count_entries_insert", "count_entries_delete", "count_entries_update", "forget_entries"):
            op.execute(f"DROP FUNCTION {function}()")
    op.drop_table("entry_counts")
