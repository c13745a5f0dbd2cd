"""The metadata of all tables, and short words for columns and indices. Times are seconds since the epoch."""

from __future__ import annotations

from sqlalchemy import Column, ColumnElement, Double, Index, Integer, MetaData, Text, literal_column

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)


def text(name: str) -> Column[str]:
    """Make a text column, empty by default."""
    return Column(name, Text, nullable=False, server_default="")


def integer(name: str) -> Column[int]:
    """Make an integer column, 0 by default."""
    return Column(name, Integer, nullable=False, server_default="0")


def time(name: str) -> Column[float]:
    """Make a column for a time."""
    return Column(name, Double, nullable=False)


def maybe_time(name: str) -> Column[float]:
    """Make a column for a time that may be absent."""
    return Column(name, Double, nullable=True)


def one_of(column: Column[str], *states: str) -> ColumnElement[bool]:
    """Compare a column with states written into the statement, so that partial indices serve it."""
    if len(states) == 1:
        return column == literal_column(f"'{states[0]}'", Text)
    return column.in_([literal_column(f"'{state}'", Text) for state in states])


def partial(name: str, *columns: Column[object], where: ColumnElement[bool], unique: bool = False) -> Index:
    """Make an index of the rows for which a condition holds."""
    return Index(name, *columns, sqlite_where=where, postgresql_where=where, unique=unique)
