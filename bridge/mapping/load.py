"""Mappings, status tables and tables of units from folders. The only file access of this room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar, cast, get_args

from bridge.edi.model import Standard
from bridge.errors import ConfigurationError, Problem
from bridge.mapping.columns import ColumnsBuilder
from bridge.mapping.compile import compile_mapping
from bridge.mapping.functions import TABLES
from bridge.mapping.mappings import Mapping, Mappings, StatusTable, ambiguities
from bridge.mapping.models import (
    KEPT_BY_FILE,
    ColumnsFile,
    CountriesFile,
    FunctionTables,
    StatusFile,
    Surroundings,
    UnitsFile,
)
from bridge.mapping.outbound.compile import compile_outbound, extended
from bridge.mapping.outbound.rules import OutboundMapping, outbound_ambiguities
from bridge.mapping.tables import Table, TomlFile
from bridge.mapping.units import Scale, Units
from bridge.programs.registry import installed

_UNITS, _COUNTRIES, _FUNCTIONS = "units.toml", "countries.toml", "functions.toml"
_STANDARDS = get_args(Standard)
_Key = tuple[str, str, str]
_K = TypeVar("_K")
_Join = Callable[[Table, Table], Table]
_ENTRY_BY_ENTRY: Table = {"fields": {}, "codes": {}} | {name: {"values": {}} for name in TABLES}


def load_mappings(folders: Sequence[Path]) -> Mappings:
    """Load `*.toml`, `outbound/*.toml` and `status/*.toml` of the folders; later ones override earlier ones.

    A mapping, inbound or outbound, is overridden by one of the same name, standard and document, a status
    table by name and standard, a unit or country by its code, a function by document type and code; names of
    CSV columns are added. Raises ConfigurationError with every mistake of every file, its key and its line.
    """
    loader = _Loader()
    for folder in folders:
        loader.read(folder)
    return loader.finish()


class _Loader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.mapping_files: dict[_Key, TomlFile] = {}
        self.outbound_files: dict[_Key, TomlFile] = {}
        self.status_files: dict[tuple[str, str], TomlFile] = {}
        self.quantity: dict[str, str] = {}
        self.weight: dict[str, Scale] = {}
        self.length: dict[str, Scale] = {}
        self.countries: dict[str, str] = {}
        self.columns = {one.name: ColumnsBuilder(one.columns) for one in installed().flat_files}
        self.functions: dict[tuple[str, str], Table] = {}
        self.files: list[TomlFile] = []

    def read(self, folder: Path) -> None:
        if not folder.is_dir():
            self.problems.append(Problem("", "this folder of mappings does not exist", file=str(folder)))
            return
        seen: dict[tuple[str, ...], TomlFile] = {}
        for path in sorted(folder.glob("*.toml")):
            file = self._open(path)
            if path.name == _UNITS:
                self._read_units(file)
            elif path.name == _COUNTRIES:
                self._read_countries(file)
            elif (columns := self.columns.get(path.name.removesuffix("-csv.toml"))) is not None:
                self._read_columns(file, columns)
            elif path.name == _FUNCTIONS:
                self._read_functions(file)
            elif file.content:
                self._read_mapping(file, self.mapping_files, seen)
        self._read_outbound(folder)
        self._read_status_tables(folder)

    def _read_outbound(self, folder: Path) -> None:
        seen: dict[tuple[str, ...], TomlFile] = {}
        for path in sorted(folder.glob("outbound/*.toml")):
            file = self._open(path)
            if file.content:
                self._read_mapping(file, self.outbound_files, seen)

    def _read_status_tables(self, folder: Path) -> None:
        seen: dict[tuple[str, ...], TomlFile] = {}
        for path in sorted(folder.glob("status/*.toml")):
            file = self._open(path)
            if file.content:
                table_key = (_name(file, "name"), _name(file, "standard"))
                self._once(seen, table_key, file)
                self.status_files[table_key] = file

    def _read_mapping(
        self, file: TomlFile, files: dict[_Key, TomlFile], seen: dict[tuple[str, ...], TomlFile]
    ) -> None:
        key = (_name(file, "name"), _name(file, "standard"), _name(file, "document"))
        self._once(seen, key, file)
        files[key] = file

    def finish(self) -> Mappings:
        mappings = [mapping for key in self.mapping_files if (mapping := self._mapping(key)) is not None]
        outbound = [found for key in self.outbound_files if (found := self._outbound(key)) is not None]
        tables = {key: table for key in self.status_files if (table := self._status_table(key)) is not None}
        for one, other, shared in ambiguities(mappings):
            self.problems.append(
                Problem(
                    "",
                    f"{one.source} ({one.name}) and {other.source} ({other.name}) both are for {shared}, "
                    "equally specific: give one of them vendors, senders or a narrower version",
                )
            )
        self.problems += [Problem("", message) for message in outbound_ambiguities(outbound)]
        self._check_status_names(mappings)
        self._raise_problems()
        by_type: dict[tuple[Standard, str], tuple[Mapping, ...]] = {}
        for mapping in mappings:
            kind = (mapping.standard, mapping.document)
            by_type[kind] = (*by_type.get(kind, ()), mapping)
        return Mappings(
            mappings=tuple(mappings),
            status_tables={
                (name, cast("Standard", standard)): table for (name, standard), table in tables.items()
            },
            units=Units(quantity=self.quantity, weight=self.weight, length=self.length),
            countries=self.countries,
            columns={name: builder.finish() for name, builder in self.columns.items()},
            by_type=by_type,
            outbound=tuple(outbound),
        )

    def _open(self, path: Path) -> TomlFile:
        file = TomlFile(path)
        self.files.append(file)
        return file

    @staticmethod
    def _once(seen: dict[tuple[str, ...], TomlFile], key: tuple[str, ...], file: TomlFile) -> None:
        if key in seen:
            file.mistake("name", f"{' '.join(key)!r} is the name of {seen[key].path.name}, too")
        seen[key] = file

    def _read_units(self, file: TomlFile) -> None:
        if (units := file.checked(UnitsFile, file.content)) is not None:
            self.quantity |= units.quantity
            self.weight |= units.weight
            self.length |= units.length

    def _read_countries(self, file: TomlFile) -> None:
        if (table := file.checked(CountriesFile, file.content)) is not None:
            self.countries |= table.countries

    @staticmethod
    def _read_columns(file: TomlFile, columns: ColumnsBuilder) -> None:
        if (table := file.checked(ColumnsFile, file.content)) is not None:
            columns.add_functions(table.functions)
            for column, message in columns.add(table.columns, table.ignore):
                file.mistake(f"columns.{column}", message)

    def _read_functions(self, file: TomlFile) -> None:
        for standard, documents in file.content.items():
            if standard not in _STANDARDS:
                file.mistake(standard, f"unknown key; known are {', '.join(_STANDARDS)}")
                continue
            if not isinstance(documents, dict):
                file.mistake(standard, "must be a table")
                continue
            for document, tables in documents.items():
                key = standard, document
                if file.checked(FunctionTables, tables, key, Surroundings()) is not None:
                    self.functions[key] = _merged(self.functions.get(key, {}), tables)

    def _mapping(self, key: _Key) -> Mapping | None:
        file = self.mapping_files[key]
        table = _extended(file, key, self.mapping_files, lambda base: (base, key[1], key[2]))
        # A mapping that says nothing of functions, as those of before say, has the usual ones.
        return compile_mapping(file, _merged(self.functions.get(key[1:], {}), table))

    def _outbound(self, key: _Key) -> OutboundMapping | None:
        file = self.outbound_files[key]
        files = self.outbound_files
        return compile_outbound(
            file, _extended(file, key, files, lambda base: (base, key[1], key[2]), extended)
        )

    def _status_table(self, key: tuple[str, str]) -> StatusTable | None:
        file = self.status_files[key]
        table = _extended(file, key, self.status_files, lambda base: (base, key[1]))
        status = file.checked(StatusFile, table)
        if status is None:
            return None
        return StatusTable(
            name=status.name, standard=status.standard, codes=status.codes, source=file.path.name
        )

    def _check_status_names(self, mappings: list[Mapping]) -> None:
        for mapping in mappings:
            if mapping.status_codes and (mapping.status_codes, mapping.standard) not in self.status_files:
                file = self.mapping_files[mapping.name, mapping.standard, mapping.document]
                file.mistake("status_codes", f"there is no {mapping.standard} table {mapping.status_codes!r}")

    def _raise_problems(self) -> None:
        problems = list(self.problems)
        for file in self.files:
            problems += sorted(dict.fromkeys(file.problems), key=lambda one: one.line)
        if problems:
            raise ConfigurationError("mappings", problems)


def _extended(
    file: TomlFile, key: _K, files: dict[_K, TomlFile], key_of: Callable[[str], _K], join: _Join | None = None
) -> Table:
    """Fill in what a file extends, and what that extends in its turn."""
    content, seen = file.content, {key}
    while base_name := content.get("extends"):
        base_key = key_of(str(base_name))
        base = files.get(base_key)
        if base is None or base_key in seen:
            file.mistake("extends", f"{base_name!r} does not exist, or extends this one")
            break
        seen.add(base_key)
        inherited = {name: value for name, value in base.content.items() if name not in KEPT_BY_FILE}
        own = {name: value for name, value in content.items() if name != "extends"}
        content = (join or _merged)(inherited, own)
    return {name: value for name, value in content.items() if name != "extends"}


def _merged(base: Table, own: Table, inner: Table = _ENTRY_BY_ENTRY) -> Table:
    """Fill in what a table inherits: as a whole, but for the tables that are filled in entry by entry."""
    merged = base | own
    for name, deeper in inner.items():
        ours, theirs = own.get(name), base.get(name)
        if isinstance(ours, dict) and isinstance(theirs, dict):
            merged[name] = _merged(theirs, ours, deeper)
    return merged


def _name(file: TomlFile, key: str) -> str:
    value = file.content.get(key, "")
    return value if isinstance(value, str) else ""
