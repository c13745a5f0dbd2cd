"""One document to its results: choose the mapping, build the loops, make events."""

from __future__ import annotations

from collections.abc import Callable

from bridge.domain.events import MappingResult
from bridge.edi.model import Document
from bridge.mapping.functions import as_function, function_of
from bridge.mapping.label_requests import SWITCHED_OFF, map_label_requests
from bridge.mapping.loops import Tree, build_tree
from bridge.mapping.mappings import Mapping, Mappings
from bridge.mapping.profile import VendorProfile
from bridge.mapping.reader import Reader
from bridge.mapping.shipments import map_shipments
from bridge.mapping.statuses import map_statuses

__all__ = ["translate"]


def translate(document: Document, profile: VendorProfile, mappings: Mappings) -> list[MappingResult]:
    """Return what a document means, one `MappingResult` a result; `[]` for a type that no mapping knows.

    Whatever is wrong with the document or the choice of its mapping is a `MappingResult` with errors or a
    hold. What is raised is a mistake of the bridge's own; the caller holds the document.
    """
    if not mappings.knows(document):
        return []
    mapping = mappings.choose(document, profile)
    if mapping is None:
        return [_unmapped(document, profile, mappings)]
    return _MAKERS[mapping.produces](Reader(document, mapping, profile, mappings), mapping)


def _shipments(reader: Reader, mapping: Mapping) -> list[MappingResult]:
    tree = _tree(reader, mapping)
    results = map_shipments(reader, tree)
    return _read_as_told(reader, tree, results)


def _statuses(reader: Reader, mapping: Mapping) -> list[MappingResult]:
    document, profile = reader.document, reader.profile
    # A sender's own table is narrower than what the vendor generally says.
    name = mapping.status_codes or profile.status_codes
    table = reader.mappings.status_table(name, document.standard)
    if table is None:
        reason = (
            f"there is no {document.standard} status table {name!r}: write one in mappings/status/, or "
            'set the vendor\'s status_codes to "standard" or "amazon"'
        )
        return [MappingResult(hold=reason, summary=f"{document.type} without a status table")]
    tree = _tree(reader, mapping)
    results = map_statuses(reader, tree, table)
    return _read_as_told(reader, tree, results)


def _tree(reader: Reader, mapping: Mapping) -> Tree:
    return build_tree(reader.document.segments, mapping.loops)


def _read_as_told(reader: Reader, tree: Tree, results: list[MappingResult]) -> list[MappingResult]:
    """Return what the document's function makes of its results; the tree is of no use afterwards."""
    mapping = reader.mapping
    reading = function_of(mapping.functions, tree.root)
    tree.root.dissolve()
    return as_function(results, reading, mapping.name, mapping.produces)


def _label_requests(reader: Reader, mapping: Mapping) -> list[MappingResult]:
    tree = _tree(reader, mapping)
    results = map_label_requests(reader, tree)
    if not reader.profile.label_requests:
        return results  # nothing is ever sent for these, whatever they are for
    return _read_as_told(reader, tree, results)


_MAKERS: dict[str, Callable[[Reader, Mapping], list[MappingResult]]] = {
    "confirmation": _shipments,
    "status": _statuses,
    "label_request": _label_requests,
}


def _unmapped(document: Document, profile: VendorProfile, mappings: Mappings) -> MappingResult:
    candidates = mappings.by_type[document.standard, document.type]
    if not profile.label_requests and all(one.produces == "label_request" for one in candidates):
        return MappingResult(summary=f"{document.type} {document.version}: {SWITCHED_OFF}")
    known = sorted({version for mapping in candidates for version in mapping.versions or ("any version",)})
    reason = (
        f"no mapping fits {document.type} {document.version} of this sender and vendor; there are mappings "
        f"for {', '.join(known)}: add one to mappings/"
    )
    return MappingResult(hold=reason, summary=f"{document.type} {document.version} without a mapping")
