"""One document to its results: choose the mapping, build the loops, make events."""

from __future__ import annotations

from bridge.domain.events import MappingResult
from bridge.edi.model import Document
from bridge.mapping.functions import as_function, function_of
from bridge.mapping.loops import Tree
from bridge.mapping.mappings import Mapping, Mappings
from bridge.mapping.profile import VendorProfile
from bridge.mapping.reader import Reader
from bridge.programs.registry import installed


def translate(document: Document, profile: VendorProfile, mappings: Mappings) -> list[MappingResult]:
    """Return what a document means, one `MappingResult` a result; `[]` for a type that no mapping knows.

    Whatever is wrong with the document or the choice of its mapping is a `MappingResult` with errors or a
    hold. What is raised is a mistake of the bridge's own; the caller holds the document.
    """
    if not mappings.knows(document):
        return []
    found = mappings.candidates(document, profile)
    if len(found) != 1:
        return [_undecided(document, profile, found) if found else _unmapped(document, profile, mappings)]
    mapping = found[0]
    return installed().producers[mapping.produces].make(Reader(document, mapping, profile, mappings))


def read_as_told(reader: Reader, tree: Tree, results: list[MappingResult]) -> list[MappingResult]:
    """Return what the document's function makes of its results; the tree is of no use afterwards."""
    mapping = reader.mapping
    reading = function_of(mapping.functions, tree.root)
    tree.root.dissolve()
    about_packages = installed().producers[mapping.produces].about_packages
    return as_function(results, reading, mapping.name, about_packages=about_packages)


def _undecided(document: Document, profile: VendorProfile, found: list[Mapping]) -> MappingResult:
    """Hold a document that several programs of its partner want: only the partner knows for which it is."""
    named = " or ".join(f"{one.name} ({one.operation})" for one in found)
    reason = (
        f"it is not known what this {document.type} is for: it fits the mappings {named}. Name one as "
        f"mapping of [{profile.kind}.{profile.vendor}], or write one of your own with vendors or senders, "
        "then `edibridge rerun` the batch"
    )
    return MappingResult(hold=reason, summary=f"{document.type} {document.version} for several programs")


def _unmapped(document: Document, profile: VendorProfile, mappings: Mappings) -> MappingResult:
    candidates = mappings.by_type[document.standard, document.type]
    off = {installed().producers[one.produces].switched_off(profile) for one in candidates}
    if len(off) == 1 and (why := off.pop()):
        return MappingResult(summary=f"{document.type} {document.version}: {why}")
    served = [one for one in candidates if installed().serves(profile.kind, one.operation)]
    if not served:
        reason = f"{document.type} is no document of {profile.kind}: move the partner to the other table"
        return MappingResult(hold=reason, summary=f"{document.type} {document.version}")
    if not any(one.is_for(profile) for one in served):
        table = installed().table_of(served[0].operation)
        place = f"[{profile.kind or 'sellers'}.{profile.vendor or 'S'}.{table}]"
        reason = (
            f"{document.type} is for partners with a table {place}: add it, then `edibridge rerun` the batch"
        )
        return MappingResult(hold=reason, summary=f"{document.type} {document.version}")
    known = sorted({version for mapping in candidates for version in mapping.versions or ("any version",)})
    reason = (
        f"no mapping fits {document.type} {document.version} of this sender and vendor; there are mappings "
        f"for {', '.join(known)}: add one to mappings/"
    )
    return MappingResult(hold=reason, summary=f"{document.type} {document.version} without a mapping")
