"""Who cancelled a job, where that was not its author."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column."""
    op.add_column("jobs", sa.Column("cancelled_by", sa.BigInteger))
