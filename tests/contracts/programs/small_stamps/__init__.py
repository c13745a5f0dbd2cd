"""A program that spends money: stamps are bought, and the answer says what was bought and what it cost."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from bridge.domain.events import Event
from bridge.domain.outcomes import AmazonApiError
from bridge.programs.contract import Program
from bridge.programs.event_types import Answered, EventType, Verification
from bridge.programs.follow_ups import NewsFile
from bridge.programs.operations import Operation
from bridge.programs.prechecks import Asked, Checked, Precheck, Question
from bridge.programs.refusals import Refusal, Refusals
from bridge.programs.spending import Amount, Spending

BUY, GET, OFFER = "buyStamp", "getStamp", "getOffer"
CAP = Amount("USD", Decimal("10.00"))
EXISTS = re.compile(r"there is stamp (\w+)")


class StampWanted(Event, frozen=True, kw_only=True):
    """A stamp is wanted for a letter, at the price of an offer; `whole`: a second one would be refused."""

    letter: str
    price: str = ""
    whole: bool = True


class Stamp(msgspec.Struct, frozen=True, rename="camel"):
    """A stamp that was bought, or an offer of one."""

    purchase_order_number: str = msgspec.field(name="letter")
    price: str
    stamp_id: str = ""


def _judge(asked: Asked[Stamp]) -> Checked:
    if asked.found is None:
        return Checked(hold=f"no offer: {asked.why}")
    return Checked(event=msgspec.structs.replace(asked.event, price=asked.found.price))


def _refusal(_event: StampWanted, errors: tuple[AmazonApiError, ...], _status: int | None) -> Refusal:
    codes = {error.code for error in errors}
    if "Gone" in codes:
        return Refusal(ask_anew=True, hold="its offer is gone")
    if "NoFunds" in codes:
        return Refusal(later=timedelta(hours=1), hold="there is no money left at Amazon")
    found = next(filter(None, (EXISTS.search(error.message) for error in errors)), None)
    if found is not None:
        return Refusal(exists=found[1], hold=f"there is stamp {found[1]} already")
    return Refusal()


def _is_own(event: StampWanted, found: Stamp, _since: datetime) -> bool:
    return event.letter == found.purchase_order_number


def _answered(event: StampWanted, found: Stamp, _profile: object) -> Answered:
    name = f"{event.letter}.{found.stamp_id}.txt"
    file = NewsFile(kind="stamp", folder="stamps", name=name, data=f"{found.price}\n".encode())
    return Answered(files=(file,), reference=found.stamp_id)


def _read(raw: msgspec.Raw) -> Stamp:
    return msgspec.json.decode(raw, type=Stamp)


PROGRAM = Program(
    name="small_stamps",
    versions=("v1",),
    operations=(
        Operation(
            name=BUY,
            method="POST",
            paths={"v1": "/small/v1/stamps/{letter}"},
            reply="result",
            in_doubt="verify",
            read=_read,
        ),
        Operation(name=GET, method="GET", paths={"v1": "/small/v1/stamps/{stampId}"}, read=_read),
        Operation(name=OFFER, method="GET", paths={"v1": "/small/v1/offers/{letter}"}, read=_read),
    ),
    event_types=(
        EventType(
            event=StampWanted,
            operation=BUY,
            noun="stamp",
            ordering_key=lambda event: f"letter:{event.letter}",
            order=lambda event: event.letter,
            rules=lambda _event: (),
            body=lambda event, _version: {"letter": event.letter, "price": event.price},
            path_names=lambda event: {"letter": event.letter},
            answered=_answered,
            verification=Verification(
                looks=(timedelta(minutes=2),) * 3,
                repeated=lambda event: "" if event.whole else "a second one would be one more",
            ),
            spending=Spending(
                price=lambda event: Amount("USD", Decimal(event.price)),
                cap=lambda _profile: CAP,
                charged=lambda found: Amount("USD", Decimal(found.price)),
            ),
            refusals=Refusals(judge=_refusal, operation=GET, path_name="stampId", is_own=_is_own),
            precheck=Precheck(
                wanted=lambda _profile: True,
                questions=(
                    Question(operation=OFFER, judge=_judge, names=lambda event: {"letter": event.letter}),
                ),
                good_for=timedelta(minutes=10),
            ),
        ),
    ),
)
