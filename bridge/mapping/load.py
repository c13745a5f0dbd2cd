"""Mappings, status tables and tables of units from folders. The only file access of this room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar, cast

from bridge.edi.model import Standard
from bridge.errors import ConfigurationError, Problem
from bridge.mapping.columns import ColumnsBuilder
from bridge.mapping.compile import compile_mapping
from bridge.mapping.functions import TABLES
from bridge.mapping.mappings import Mapping, Mappings, ambiguities
from bridge.mapping.status import MEANINGS, StatusTable
from bridge.mapping.tables import Table, TomlFile
from bridge.mapping.units import Scale, Units, parse_scale
from bridge.programs.vendor_direct_fulfillment.rules import LENGTH_UNITS, WEIGHT_UNITS

_UNITS, _COUNTRIES, _COLUMNS = "units.toml", "countries.toml", "label-request-csv.toml"
_FUNCTIONS = "functions.toml"
_Key = tuple[str, str, str]
_K = TypeVar("_K")


def load_mappings(folders: Sequence[Path]) -> Mappings:
    """Load `*.toml` and `status/*.toml` of the folders; a later folder overrides an earlier one.

    A mapping is overridden by one of the same name, standard and document, a status table by name
    and standard, a unit or country by its code, a function by document type and code; names of CSV
    columns are added. Raises ConfigurationError with every mistake of every file, its key and its line.
    """
    loader = _Loader()
    for folder in folders:
        loader.read(folder)
    return loader.finish()


class _Loader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.mapping_files: dict[_Key, TomlFile] = {}
        self.status_files: dict[tuple[str, str], TomlFile] = {}
        self.quantity: dict[str, str] = {}
        self.weight: dict[str, Scale] = {}
        self.length: dict[str, Scale] = {}
        self.countries: dict[str, str] = {}
        self.columns = ColumnsBuilder()
        self.functions: dict[tuple[str, str], Table] = {}
        self.files: list[TomlFile] = []

    def read(self, folder: Path) -> None:
        if not folder.is_dir():
            self.problems.append(Problem(str(folder), "this folder of mappings does not exist"))
            return
        seen: dict[tuple[str, ...], TomlFile] = {}
        for path in sorted(folder.glob("*.toml")):
            file = self._open(path)
            if path.name == _UNITS:
                self._read_units(file)
            elif path.name == _COUNTRIES:
                self.countries |= file.text_table(file.content, "countries")
            elif path.name == _COLUMNS:
                self.columns.add(file)
            elif path.name == _FUNCTIONS:
                self._read_functions(file)
            elif file.content:
                key = (_name(file, "name"), _name(file, "standard"), _name(file, "document"))
                self._once(seen, key, file)
                self.mapping_files[key] = file
        for path in sorted(folder.glob("status/*.toml")):
            file = self._open(path)
            if file.content:
                table_key = (_name(file, "name"), _name(file, "standard"))
                self._once(seen, table_key, file)
                self.status_files[table_key] = file

    def finish(self) -> Mappings:
        mappings = [mapping for key in self.mapping_files if (mapping := self._mapping(key)) is not None]
        tables = {key: table for key in self.status_files if (table := self._status_table(key)) is not None}
        for one, other, shared in ambiguities(mappings):
            self.problems.append(
                Problem(
                    "",
                    f"{one.source} ({one.name}) and {other.source} ({other.name}) both are for {shared}, "
                    "equally specific: give one of them vendors, senders or a narrower version",
                )
            )
        self._check_status_names(mappings, tables)
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
            columns=self.columns.finish(),
            by_type=by_type,
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
        file.unknown_keys(file.content, ("quantity", "weight", "length"))
        self.quantity |= file.text_table(file.content, "quantity")
        for key, scales, units in (
            ("weight", self.weight, WEIGHT_UNITS),
            ("length", self.length, LENGTH_UNITS),
        ):
            for code, text in file.text_table(file.content, key).items():
                try:
                    scales[code] = parse_scale(text, units)
                except ValueError as error:
                    file.mistake(f"{key}.{code}", str(error))

    def _read_functions(self, file: TomlFile) -> None:
        file.unknown_keys(file.content, ("x12", "edifact"))
        for standard, documents in file.content.items():
            for document, tables in documents.items() if isinstance(documents, dict) else ():
                if not isinstance(tables, dict):
                    file.mistake(
                        f"{standard}.{document}", f"must be tables: [{standard}.{document}.function]"
                    )
                    continue
                file.unknown_keys(tables, TABLES, f"{standard}.{document}")
                key = standard, document
                self.functions[key] = _with_functions(self.functions.get(key, {}), tables)

    def _mapping(self, key: _Key) -> Mapping | None:
        file = self.mapping_files[key]
        table = _extended(file, key, self.mapping_files, lambda base: (base, key[1], key[2]), _merge_mapping)
        # A mapping that says nothing of functions, as those of before say, has the usual ones.
        return compile_mapping(file, _with_functions(self.functions.get(key[1:], {}), table))

    def _status_table(self, key: tuple[str, str]) -> StatusTable | None:
        file = self.status_files[key]
        table = _extended(file, key, self.status_files, lambda base: (base, key[1]), _merge_codes)
        file.unknown_keys(table, ("name", "standard", "extends", "codes"))
        name, standard = key
        if not name:
            file.mistake("name", "is missing")
        if standard not in {"x12", "edifact"}:
            file.mistake("standard", 'must be "x12" or "edifact"')
            return None
        codes = file.text_table(table, "codes")
        for code, meaning in codes.items():
            if meaning not in MEANINGS:
                file.mistake(f"codes.{code}", f"{meaning!r} is not one of {', '.join(sorted(MEANINGS))}")
        return StatusTable(name=name, standard=cast("Standard", standard), codes=codes, source=file.path.name)

    def _check_status_names(
        self, mappings: list[Mapping], tables: dict[tuple[str, str], StatusTable]
    ) -> None:
        for mapping in mappings:
            if mapping.status_codes and (mapping.status_codes, mapping.standard) not in tables:
                file = self.mapping_files[mapping.name, mapping.standard, mapping.document]
                file.mistake("status_codes", f"there is no {mapping.standard} table {mapping.status_codes!r}")

    def _raise_problems(self) -> None:
        problems = list(self.problems)
        for file in self.files:
            problems += [
                Problem(f"{file.path}: {problem.place}".rstrip(": "), problem.message, problem.line)
                for problem in dict.fromkeys(file.problems)
            ]
        if problems:
            raise ConfigurationError("mappings", problems)


def _extended(
    file: TomlFile,
    key: _K,
    files: dict[_K, TomlFile],
    key_of: Callable[[str], _K],
    merge: Callable[[Table, Table], Table],
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
        content = merge(base.content, content)
        if "extends" not in base.content:
            break
        content["extends"] = base.content["extends"]
    return {name: value for name, value in content.items() if name != "extends"}


def _merge_mapping(base: Table, own: Table) -> Table:
    # Whom a mapping is for is its own affair; the positions are inherited field by field.
    inherited = {name: value for name, value in base.items() if name not in {"vendors", "senders", "extends"}}
    merged = _with_functions(inherited, own)
    if isinstance(base.get("fields"), dict) and isinstance(own.get("fields", {}), dict):
        merged["fields"] = base["fields"] | own.get("fields", {})
    return merged


def _with_functions(base: Table, own: Table) -> Table:
    """Fill in what a table inherits as a whole; of functions, each code by itself."""
    merged = base | own
    for name in TABLES:
        ours, theirs = own.get(name), base.get(name)
        if isinstance(ours, dict) and isinstance(theirs, dict):
            merged[name] = theirs | ours
            if isinstance(ours.get("values", {}), dict) and isinstance(theirs.get("values", {}), dict):
                merged[name]["values"] = theirs.get("values", {}) | ours.get("values", {})
    return merged


def _merge_codes(base: Table, own: Table) -> Table:
    merged = {**base, **own}
    if isinstance(base.get("codes"), dict) and isinstance(own.get("codes", {}), dict):
        merged["codes"] = base["codes"] | own.get("codes", {})
    return merged


def _name(file: TomlFile, key: str) -> str:
    value = file.content.get(key, "")
    return value if isinstance(value, str) else ""
