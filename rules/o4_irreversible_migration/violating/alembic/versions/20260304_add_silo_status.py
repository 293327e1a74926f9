"""Add the status of a silo.

Revision ID: 7c41d0a9e2b5
Revises: 51f0c6d8a3e7
"""

import sqlalchemy as sa
from alembic import op

revision = "7c41d0a9e2b5"
down_revision = "51f0c6d8a3e7"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("silos", sa.Column("status", sa.String(20), nullable=False))
    with op.get_context().autocommit_block():
        op.create_index("ix_silos_status", "silos", ["status"], postgresql_concurrently=True)


def downgrade() -> None:
    pass
