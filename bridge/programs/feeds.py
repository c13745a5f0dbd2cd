"""What a program says of the documents that Amazon makes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import msgspec

from bridge.domain.labels import LabelPackage


def _unsaid(_item: Any) -> str:  # noqa: ANN401 - an item of any type, or an order's number
    return ""


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """One shipping document of an item that a feed read: base64 as it came, and what names it.

    `format` is `png`, `zpl` or `pdf`. `package` is set where it is the label of one package.
    """

    content: str
    format: Literal["png", "zpl", "pdf"]
    package: LabelPackage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Documents that Amazon makes: how they are listed and read, and what becomes of them.

    `listed` and `single` are the operations that read a list of them and those of one order, `path_name` is
    what an order's number is called in the path of the latter; all are empty where Amazon returns them in the
    answer to a call alone. `number_error` returns why a text is no number of an order. `contents` are the
    files of an item. `selling_party` is whose it is; empty where Amazon does not say. A partner wants it by
    the key of its name in `[vendors.V.fetch]`: `bank_slips` for `bank-slips`. `template` names the files in
    the outbox; empty, the partner's own template does. `labels`: its packages are compared with what is sent,
    and listed in an index; `void_after` is the time for which a carrier takes such a label, from when it was
    made. `tries`: where not every order has one, how often one is asked for before it is left to the lists;
    0: for a day, and then an operator is told.
    """

    name: str
    contents: Callable[[Any], Sequence[Content]]
    listed: str = ""
    single: str = ""
    path_name: str = ""
    number_error: Callable[[str], str] = _unsaid
    selling_party: Callable[[Any], str] = _unsaid
    template: str = ""
    labels: bool = False
    void_after: timedelta | None = None
    tries: int = 0

    @property
    def key(self) -> str:
        """Return the key of the configuration by which a partner wants it."""
        return self.name.replace("-", "_")

    @property
    def says_whose(self) -> bool:
        """Return whether Amazon says whose the documents are."""
        return self.selling_party is not _unsaid
