"""The documents that can be read, by account and order."""

from __future__ import annotations

import threading
from collections import Counter

from simulator.options import Options
from simulator.pages import Query
from simulator.shipping_documents import Document, Kind

_DAY = 86400.0


class DocumentStore:
    """Keeps the newest version of each document. Thread-safe."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._lock = threading.Lock()
        self._documents: dict[tuple[str, Kind], dict[str, Document]] = {}

    def put(self, *documents: Document) -> None:
        """Add documents; one for the same order takes the older one's place."""
        with self._lock:
            for document in documents:
                orders = self._documents.setdefault((document.account, document.kind), {})
                orders[document.order] = document

    def find(self, account: str, kind: Kind, order: str, now: float) -> Document | None:
        """Find an order's document, unless it has expired."""
        with self._lock:
            found = self._documents.get((account, kind), {}).get(order)
        return found if found is not None and self._good(found, now) else None

    def listed(self, account: str, kind: Kind, query: Query, now: float) -> list[Document]:
        """Find what a query asks for, by creation and then by order."""
        with self._lock:
            known = list(self._documents.get((account, kind), {}).values())
        found = [
            one
            for one in known
            if query.after < one.created < query.before
            and query.ship_from in ("", one.ship_from)
            and self._good(one, now)
        ]
        return sorted(found, key=lambda one: (one.created, one.order), reverse=query.descending)

    def counts(self) -> Counter[Kind]:
        """Count the documents of each kind, expired ones too."""
        with self._lock:
            counted: Counter[Kind] = Counter()
            for (_, kind), orders in self._documents.items():
                counted[kind] += len(orders)
            return counted

    def _good(self, document: Document, now: float) -> bool:
        days = self.options.label_days
        return document.kind != "label" or days is None or now - document.created < days * _DAY
