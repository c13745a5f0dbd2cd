"""What alembic runs: the steps on the connection (and in the transaction) that `migrate` gives it."""

from __future__ import annotations

from alembic import context

from bridge.ledger.columns import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # The caller's transaction holds all steps: a step that fails leaves the ledger as it was.
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
