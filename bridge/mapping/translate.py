"""One document to its results: choose the mapping, build the loops, make events."""

from __future__ import annotations

from bridge.domain.events import MappingResult
from bridge.edi.model import Document
from bridge.mapping.functions import as_function, function_of
from bridge.mapping.loops import Tree
from bridge.mapping.mappings import Mappings
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
    mapping = mappings.choose(document, profile)
    if mapping is None:
        return [_unmapped(document, profile, mappings)]
    return installed().producers[mapping.produces].make(Reader(document, mapping, profile, mappings))


def read_as_told(reader: Reader, tree: Tree, results: list[MappingResult]) -> list[MappingResult]:
    """Return what the document's function makes of its results; the tree is of no use afterwards."""
    mapping = reader.mapping
    reading = function_of(mapping.functions, tree.root)
    tree.root.dissolve()
    about_packages = installed().producers[mapping.produces].about_packages
    return as_function(results, reading, mapping.name, about_packages=about_packages)


def _unmapped(document: Document, profile: VendorProfile, mappings: Mappings) -> MappingResult:
    candidates = mappings.by_type[document.standard, document.type]
    off = {installed().producers[one.produces].switched_off(profile) for one in candidates}
    if len(off) == 1 and (why := off.pop()):
        return MappingResult(summary=f"{document.type} {document.version}: {why}")
    programs = installed()
    if not any(
        programs.serves(profile.kind, programs.producers[one.produces].operation) for one in candidates
    ):
        reason = f"{document.type} is no document of {profile.kind}: move the partner to the other table"
        return MappingResult(hold=reason, summary=f"{document.type} {document.version}")
    known = sorted({version for mapping in candidates for version in mapping.versions or ("any version",)})
    reason = (
        f"no mapping fits {document.type} {document.version} of this sender and vendor; there are mappings "
        f"for {', '.join(known)}: add one to mappings/"
    )
    return MappingResult(hold=reason, summary=f"{document.type} {document.version} without a mapping")
