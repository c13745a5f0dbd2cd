"""Bringing a ledger's schema up to date, in one transaction."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from bridge.errors import LedgerError
from bridge.ledger.columns import metadata
from bridge.ledger.database import Database
from bridge.ledger.schema import HEAD

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = Path(__file__).with_name("migrations")


def migrate(database: Database) -> None:
    """Make the schema, or bring it up to date; nothing is written where it is.

    Raises `LedgerError` for a schema that is newer than this program, or a database of something else.
    """
    with database.read() as connection:
        if _revision(connection, database.place) == HEAD:
            return
    from alembic import command
    from alembic.script import ScriptDirectory

    with database.write() as connection:
        found = _revision(connection, database.place)  # another process may have done it meanwhile
        if found == HEAD:
            return
        config = configuration()
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if found is not None and found not in known:
            raise LedgerError(
                f"the ledger {database.place} is of a newer edibridge (schema {found}, ours {HEAD}): "
                "upgrade edibridge, or restore the ledger from before its upgrade"
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def configuration() -> Config:
    """Return alembic's configuration; there is no alembic.ini, so that an installed wheel needs none."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config


def _revision(connection: Connection, place: str) -> str | None:
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" in tables:
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found
    if len(tables & set(metadata.tables)) > len(metadata.tables) // 2:
        raise LedgerError(
            f"the ledger {place} is damaged (its table alembic_version is missing): restore ledger and spool "
            "from one backup"
        )
    if tables:
        raise LedgerError(f"{place} holds another program's tables: name another file in [bridge] ledger")
    return None
