"""A job's model as a column, and an index on what was drawn with each, to measure times by."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column, fill it from the recipes, add the index."""
    op.add_column("jobs", sa.Column("model", sa.Text, nullable=False, server_default=""))
    # No other kind of database was made by the versions before.
    if op.get_bind().dialect.name == "sqlite":
        op.execute("UPDATE jobs SET model = json_extract(recipe, '$.model')")
    drawn = sa.text("draw_seconds IS NOT NULL")
    columns = ["model", "finished_at", "id"]
    op.create_index("jobs_drawn", "jobs", columns, sqlite_where=drawn, postgresql_where=drawn)
