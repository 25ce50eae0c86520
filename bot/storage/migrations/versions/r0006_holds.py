"""What the owner holds back, and an index on which the jobs of paused servers stand apart."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table, mark the waiting jobs, put the mark before their places in the index."""
    op.create_table(
        "holds",
        sa.Column("scope", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("by_user", sa.BigInteger, nullable=False),
        sa.Column("since", sa.Double, nullable=False),
    )
    op.add_column("jobs", sa.Column("held", sa.Boolean, nullable=False, server_default=sa.false()))
    op.drop_index("jobs_waiting", "jobs")
    queued = sa.text("state = 'queued'")
    columns = ["held", "start_tag", "id"]
    op.create_index("jobs_waiting", "jobs", columns, sqlite_where=queued, postgresql_where=queued)
