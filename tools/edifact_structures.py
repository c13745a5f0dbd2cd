"""Write the EDIFACT tables of `mappings/edifact` from a folder of standards tables.

Usage: `python tools/edifact_structures.py STANDARDS`, where STANDARDS holds `edifact-D96A`, `edifact-D99B`,
`edifact-D01B` and `edifact-service`, each with `structures.tsv`, `segments.tsv` and `codes.tsv`, and
`edifact-EANCOM` with the codes that retailers' subset adds to every directory (PCI+33E).

Only facts are taken, and only those of the messages that the bridge reads: the outline of each message,
the elements of its segments, and the values of the code lists in use. `mappings/edifact/README.md` has the
format.
"""

from __future__ import annotations

import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "mappings" / "edifact"
DIRECTORIES = ("D96A", "D99B", "D01B")
MESSAGES = ("APERAK", "DESADV", "IFTSTA", "INVRPT", "ORDERS", "ORDRSP")
SERVICE = "service"
SUBSET = "EANCOM"
# What a status is called is the status tables' affair, and an unknown one is held; a code list has any name.
OPEN = {"1131", "4405", "9011", "9013"}
# Values of a later directory that partners send before it (78 is when an event happened), and our own (GFT
# is a gift message below a line of an ORDERS).
ALSO = {"2005": ("78",), "4451": ("GFT",)}
# A directory is also used for those after it, which have longer elements and further ones (of D01B).
LONGER = {"D99B": {("SEL", "9308"): "35"}, "D01B": {("", "6411"): "8"}}
FURTHER = {"D99B": {"PCD": "02", "RTE": "02"}}
SERVICE_SEGMENTS = ("UNH", "UNT", "UNS", "UCI", "UCM", "UCS", "UCD", "UCF")

Row = tuple[str, ...]


def rows(path: Path) -> list[Row]:
    """Read a tab-separated table without its comment and heading lines."""
    lines = path.read_text(encoding="utf-8").splitlines()
    table = [tuple(line.split("\t")) for line in lines if line and not line.startswith("#")]
    return table[1:]


def outline(structure: list[Row], message: str) -> str:
    """Indent each segment and group of a message by the depth of its group."""
    lines = [f"# {message}: segment or group, mandatory or conditional, most repetitions"]
    for name, path, item, requirement, most in structure:
        if name == message:
            depth = len(path.split("/")) if path else 0
            lines.append(f"{'  ' * depth}{item} {requirement} {most}")
    return "\n".join(lines) + "\n"


def tags(structure: list[Row], messages: tuple[str, ...]) -> set[str]:
    """Collect the segments that the messages use."""
    return {row[2] for row in structure if row[0] in messages and not row[2][2:].isdigit()}


def segment_table(
    segments: list[Row], wanted: set[str], longer: dict[tuple[str, str], str]
) -> tuple[str, set[str]]:
    """Return the table of the wanted segments, and the data elements in it."""
    lines = ["segment\tposition\tcomponent\telement\trequirement\ttype\tlength\tname"]
    elements = set()
    for row in segments:
        tag, position, component, element, name, requirement, kind, most = (*row, "", "")[:8]
        if tag not in wanted:
            continue
        most = longer.get((tag, element)) or longer.get(("", element)) or most
        elements.add(element)
        kind, most = ("", "") if kind == "composite" else (kind, most)
        lines.append("\t".join((tag, str(int(position)), component, element, requirement, kind, most, name)))
    return "\n".join(lines) + "\n", elements


def code_table(codes: list[Row], elements: set[str]) -> str:
    """Return one line an element: its number and all of its values."""
    values: dict[str, list[str]] = {}
    for element, code, *_ in codes:
        if element in elements - OPEN and code not in values.setdefault(element, [*ALSO.get(element, ())]):
            values[element].append(code)
    return "".join(f"{element}\t{' '.join(values[element])}\n" for element in sorted(values))


def further(segments: list[Row], standards: Path, directory: str) -> list[Row]:
    """Add the elements of `FURTHER`, which stand at the ends of their segments in D01B."""
    added = FURTHER.get(directory, {})
    later = rows(standards / "edifact-D01B" / "segments.tsv") if added else []
    found = [row for row in later if added.get(row[0]) == row[1]]
    return sorted([*segments, *found], key=lambda row: row[:2])


def write_directory(standards: Path, directory: str) -> None:
    """Write the tables of one directory (`D96A`)."""
    source, target = standards / f"edifact-{directory}", TARGET / directory
    target.mkdir(parents=True, exist_ok=True)
    structure = rows(source / "structures.tsv")
    wanted = tags(structure, MESSAGES)
    known = {row[0] for row in structure}
    for message in MESSAGES:
        if message in known:
            (target / f"{message}.txt").write_text(outline(structure, message), encoding="utf-8")
    segments = further(rows(source / "segments.tsv"), standards, directory)
    table, elements = segment_table(segments, wanted, LONGER.get(directory, {}))
    (target / "segments.tsv").write_text(table, encoding="utf-8")
    codes = rows(source / "codes.tsv")
    listed = {row[0] for row in codes}
    codes += [row for row in rows(standards / f"edifact-{SUBSET}" / "codes.tsv") if row[0] in listed]
    (target / "codes.tsv").write_text(code_table(codes, elements), encoding="utf-8")


def write_service(standards: Path) -> None:
    """Write the service segments and CONTRL, which no directory holds."""
    source, target = standards / "edifact-service", TARGET / SERVICE
    target.mkdir(parents=True, exist_ok=True)
    structure = [("CONTRL", *row[1:]) for row in rows(source / "structures.tsv") if row[0] == "CONTRL-V3"]
    (target / "CONTRL.txt").write_text(outline(structure, "CONTRL"), encoding="utf-8")
    table, elements = segment_table(rows(source / "segments.tsv"), set(SERVICE_SEGMENTS), {})
    (target / "segments.tsv").write_text(table, encoding="utf-8")
    wanted = elements & {"0083", "0085"}
    (target / "codes.tsv").write_text(code_table(rows(source / "codes.tsv"), wanted), encoding="utf-8")


def main() -> None:
    """Write all tables anew."""
    if len(sys.argv) != 2:
        sys.exit(str(__doc__))
    standards = Path(sys.argv[1])
    for directory in DIRECTORIES:
        write_directory(standards, directory)
    write_service(standards)


if __name__ == "__main__":
    main()
