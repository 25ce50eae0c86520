"""What deciding how long things are kept needs: sizes, sources, the marks, and files to remove."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

NO, NONE, EMPTY = sa.text("0"), sa.text("0"), sa.text("''")


def upgrade() -> None:
    """Add the columns, the table of removals and the indexes."""
    for column in (
        sa.Column("stored_bytes", sa.BigInteger, nullable=False, server_default=NONE),
        sa.Column("source", sa.Text, nullable=False, server_default=EMPTY),
        sa.Column("shared", sa.Boolean, nullable=False, server_default=NO),
        sa.Column("pruned", sa.Boolean, nullable=False, server_default=NO),
    ):
        op.add_column("jobs", column)
    op.execute("UPDATE jobs SET source = coalesce(json_extract(recipe, '$.source.sha256'), '')")
    op.create_table(
        "removals", sa.Column("job_id", sa.BigInteger, primary_key=True, autoincrement=False)
    )
    old = "answered_at IS NOT NULL AND shared = 0"
    _index("jobs_old", ["answered_at", "id"], old)
    _index("jobs_prunable", ["answered_at", "id"], f"{old} AND (stored_bytes > 0 OR source != '')")
    _index("jobs_stored", ["stored_bytes"], "stored_bytes > 0")
    _index("jobs_with_source", ["source"], "source != ''")
    op.create_index("interactions_of_job", "interactions", ["job_id"])
    op.create_index("interactions_born", "interactions", ["born", "id"])


def _index(name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, "jobs", columns, sqlite_where=condition, postgresql_where=condition)
