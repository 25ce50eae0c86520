"""The durable fair queue: jobs, interactions, what members were served, the virtual clock."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

JOB_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Build everything from an empty database."""
    _jobs()
    _interactions()
    op.create_table(
        "members",
        sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("last_finish", sa.Double, nullable=False),
    )
    clock = op.create_table(
        "virtual_clock",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("virtual_time", sa.Double, nullable=False),
    )
    op.bulk_insert(clock, [{"id": 1, "virtual_time": 0.0}])


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", JOB_ID, primary_key=True),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("interaction_id", sa.BigInteger, nullable=False, unique=True),
        sa.Column("application_id", sa.BigInteger, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("token_born", sa.Double, nullable=False),
        sa.Column("filesize_limit", sa.BigInteger, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("recipe", sa.Text, nullable=False),
        sa.Column("cost", sa.Double, nullable=False),
        sa.Column("weight", sa.Double, nullable=False),
        sa.Column("entered", sa.Double, nullable=False),
        sa.Column("start_tag", sa.Double, nullable=False),
        sa.Column("finish_tag", sa.Double, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("claimed_at", sa.Double),
        sa.Column("finished_at", sa.Double),
        sa.Column("answered_at", sa.Double),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("draw_seconds", sa.Double),
        sa.Column("failure", sa.Text, nullable=False),
        sa.Column("failure_detail", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    _index("jobs_waiting", "jobs", ["start_tag", "id"], "state = 'queued'")
    _index("jobs_waiting_of_server", "jobs", ["guild_id", "user_id"], "state = 'queued'")
    _index("jobs_waiting_of_member", "jobs", ["user_id"], "state = 'queued'")
    _index("jobs_in_flight", "jobs", ["user_id"], "state = 'running'")
    untold = "finished_at IS NOT NULL AND answered_at IS NULL"
    _index("jobs_untold", "jobs", ["finished_at", "id"], untold)
    _index("jobs_with_token", "jobs", ["token_born"], "token != ''")


def _interactions() -> None:
    op.create_table(
        "interactions",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("application_id", sa.BigInteger, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("born", sa.Double, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("job_id", JOB_ID, sa.ForeignKey("jobs.id")),
        sa.Column("closed", sa.Boolean, nullable=False),
    )
    unsettled = "job_id IS NULL AND NOT closed"
    _index("interactions_unsettled", "interactions", ["born", "id"], unsettled)
    _index("interactions_with_token", "interactions", ["born"], "token != ''")


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
