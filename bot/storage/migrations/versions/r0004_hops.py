"""What was tried to tell each outcome, and the way by which it was told."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

JOB_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the table and the column."""
    op.add_column("jobs", sa.Column("answered_by", sa.Text))
    job = sa.ForeignKey("jobs.id", ondelete="CASCADE")
    op.create_table(
        "hops",
        sa.Column("job_id", JOB_ID, job, primary_key=True),
        sa.Column("way", sa.Text, primary_key=True),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("begun_at", sa.Double, nullable=False),
        sa.Column("ended_at", sa.Double),
        sa.Column("outcome", sa.Text),
        sa.Column("status", sa.Integer),
        sa.Column("code", sa.Integer),
    )
