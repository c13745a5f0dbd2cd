"""The two POSTs whose answer is the verdict: shipping labels of one order, and the label of one container."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from simulator.bodies import is_order
from simulator.document_factory import DocumentFactory, DocumentStore
from simulator.faults import Listing
from simulator.operations import CREATE_CONTAINER_LABEL, CREATE_LABELS
from simulator.reads import spoilt
from simulator.records import Batch, Records
from simulator.replies import Refused
from simulator.shipping_documents import Item, container_label, reply_item
from simulator.validator import Validator


class Creations:
    """Creates labels at once; `wall` returns the stand-in's time of day."""

    def __init__(
        self,
        store: DocumentStore,
        factory: DocumentFactory,
        validator: Validator,
        records: Records,
        wall: Callable[[], float],
    ) -> None:
        self._store = store
        self._factory = factory
        self._validator = validator
        self._records = records
        self._wall = wall

    def shipping_labels(self, account: str, order: str, body: Item, listing: Listing) -> dict[str, Any]:
        """Create an order's labels.

        Raises `Refused` with 409 for an order that has labels already, or that is to fail.
        """
        if not is_order(order):
            raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", "Invalid PO ID.")
        now = self._wall()
        if self._store.find(account, "label", order, now) is not None:
            raise _conflict(order, "has shipping labels already")
        if (injected := self._validator.fail_orders.get(order)) is not None:
            raise _conflict(order, injected[1])
        item = {"purchaseOrderNumber": order, **body}
        label = self._factory.make_requested(account, item, now)
        self._take(account, CREATE_LABELS.operation, item, now)
        return spoilt(reply_item(label), listing)

    def container_label(self, account: str, body: Item) -> dict[str, Any]:
        """Create the label of a container; the same container gets the same label again."""
        self._take(account, CREATE_CONTAINER_LABEL.operation, body, self._wall())
        packages = [one["packageTrackingNumber"] for one in body["packages"]]
        label_format = self._factory.format_of(account)
        return {"containerLabel": container_label(body["vendorContainerId"], packages, label_format)}

    def _take(self, account: str, operation: str, item: Item, now: float) -> None:
        self._records.accept(
            Batch(
                time=now,
                account=account,
                operation=operation,
                transaction_id="",
                items=[item],
                processed=[item],
            )
        )


def _conflict(order: str, words: str) -> Refused:
    message = "The request conflicts with the current state of the shipment."
    return Refused(HTTPStatus.CONFLICT, "Conflict", message, f"Order {order} {words}.")
