"""What goes wrong on Amazon's side: whose fault it is and whether asking again may help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.domain.outcomes import AmazonApiError
from bridge.errors import AmazonError, Fault

if TYPE_CHECKING:
    from bridge.spapi.windows import Window


class AmazonUnavailable(AmazonError):
    """Amazon did not answer, answered unreadably, or asked us to wait: trying again may help.

    `retry_after` is in seconds, None where Amazon did not say.
    """

    permanent = False

    def __init__(self, reason: str, *, retry_after: float | None = None, request_id: str = "") -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.request_id = request_id


class AmazonRefused(AmazonError):
    """Amazon read the request and refused it; the same request will be refused again."""

    def __init__(
        self,
        reason: str,
        *,
        http_status: int | None = None,
        errors: tuple[AmazonApiError, ...] = (),
        request_id: str = "",
    ) -> None:
        super().__init__(reason)
        self.http_status = http_status
        self.errors = errors
        self.request_id = request_id


class CredentialsRefused(AmazonError):
    """Amazon refused our credentials or the application's role: an operator must correct the account."""

    fault = Fault.OPERATOR

    def __init__(self, reason: str, *, http_status: int | None = None, request_id: str = "") -> None:
        super().__init__(reason)
        self.http_status = http_status
        self.request_id = request_id


class ReplyTooLarge(AmazonError):
    """A reply is larger than we take; asking for fewer elements may help, asking again does not."""

    def __init__(self, reason: str, *, request_id: str = "") -> None:
        super().__init__(reason)
        self.request_id = request_id


class PagingInterrupted(AmazonUnavailable):
    """The pages of a window cannot be read to their end: what lies behind the last one is unknown."""


class EndUnclear(PagingInterrupted):
    """The pages lead nowhere, and none of them said that it was the last."""


class PageIncomplete(PagingInterrupted):
    """A page says itself that it lacks something."""


class ListIncomplete(PagingInterrupted):
    """Of a list not all could be read, whatever was tried; `window` is the oldest that was not whole."""

    def __init__(self, reason: str, *, window: Window, request_id: str = "") -> None:
        super().__init__(reason, request_id=request_id)
        self.window = window
