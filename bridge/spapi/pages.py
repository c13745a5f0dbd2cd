"""What a read gives: the elements of a page, those that could not be read, and how it goes on. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from bridge.domain.outcomes import AmazonApiError
from bridge.programs.operations import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableItem:
    """An element that could not be read; the others of its page are not lost over it.

    `purchase_order_number` is empty where that was unreadable too. `reason` holds nothing of the
    content, `raw` is the element's JSON as it came.
    """

    purchase_order_number: str
    reason: str
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One reply of a read. `next_token` is empty on the last page, `errors` what Amazon said besides.

    `listed` is False where the reply held no list at all, not even an empty one.
    """

    items: tuple[Item, ...] = ()
    unreadable: tuple[UnreadableItem, ...] = ()
    next_token: str = field(default="", repr=False)
    request_id: str = ""
    errors: tuple[AmazonApiError, ...] = ()
    listed: bool = True

    @property
    def identities(self) -> tuple[int, ...]:
        """Numbers of the elements, the same for the same element of another page."""
        return tuple(hash(one) for one in (*self.items, *self.unreadable))
