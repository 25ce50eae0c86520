"""An index on a member's jobs, so that their last images are found however many there are."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the index."""
    op.create_index("jobs_of_member", "jobs", ["guild_id", "user_id", "id"])
