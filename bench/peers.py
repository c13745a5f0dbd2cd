"""Their side: `python -m bench.peers TASK FILE`.

pyx12 loads its maps with each file: some 60 ms, next to nothing in the figures of 1,000 documents and more.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement, parse

import pyx12.params
import pyx12.x12n_document
from pydifact.segmentcollection import Interchange

from bench.measure import MAPPINGS, Measure, peak_memory, tell


def _maps(folder: Path) -> str:
    """Copy our maps, with the code lists in the form in which pyx12 reads them."""
    shutil.copytree(MAPPINGS / "x12", folder, dirs_exist_ok=True)
    lists = Element("codes")
    for one in parse(MAPPINGS / "x12" / "codes.xml").getroot().iter("list"):  # noqa: S314 -- our own file
        entry = SubElement(lists, "codeset")
        SubElement(entry, "id").text = one.get("name")
        version = SubElement(entry, "version")
        for code in (one.text or "").split():
            SubElement(version, "code").text = code
    ElementTree(lists).write(folder / "codes.xml")
    return str(folder)


def pyx12_document(path: Path) -> Measure:
    """Read and validate by `x12n_document`, with the same maps and no report written."""
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        maps = _maps(Path(folder))
        start = time.process_time()
        valid = pyx12.x12n_document.x12n_document(pyx12.params.params(), str(path), None, None, map_path=maps)
        seconds = time.process_time() - start
    documents = path.read_bytes().count(b"~\nST*")
    return Measure(seconds=seconds, documents=documents, accepted=documents * valid, peak=peak_memory())


def pydifact_interchange(path: Path) -> Measure:
    """Parse by `Interchange.from_str`, which checks nothing."""
    text = path.read_text(encoding="latin-1")
    start = time.process_time()
    interchange = Interchange.from_str(text)
    seconds = time.process_time() - start
    documents = sum(1 for _ in interchange.get_messages())
    return Measure(seconds=seconds, documents=documents, peak=peak_memory())


if __name__ == "__main__":
    tell({"pyx12": pyx12_document, "pydifact": pydifact_interchange})
