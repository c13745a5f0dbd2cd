"""What a carrier wants to know besides, and the answers of document, settings and Amazon's memory. Pure.

Names are those of Amazon's model Merchant Fulfillment v0 in snake case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from bridge.outside_text import clipped, shown
from bridge.programs.merchant_fulfillment.events import ShipFrom
from bridge.programs.merchant_fulfillment.input_values import input_of, member_of
from bridge.programs.merchant_fulfillment.patterns import matches
from bridge.programs.operations import Element


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """What Amazon says of one input. `stored` is the value that it has already, as its JSON.

    `data_type` is empty where Amazon names an input without saying anything of it.
    """

    name: str
    data_type: str = ""
    is_required: bool = False
    display_text: str = ""
    patterns: tuple[str, ...] = ()
    restricted_set_values: tuple[str, ...] = ()
    stored: bytes = b"null"


class Definitions(msgspec.Struct, frozen=True, kw_only=True):
    """Amazon's answer of getAdditionalSellerInputs: inputs of the shipment, and of items by ASIN."""

    of_shipment: tuple[Definition, ...] = ()
    of_items: tuple[tuple[str, tuple[Definition, ...]], ...] = ()
    purchase_order_number: str = ""


class InputItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item of the package: its ids, and what its document answers for it alone."""

    order_item_id: str
    asin: str
    seller_inputs: Mapping[str, str] = {}


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """Where values come from, in this order; `addresses` are the seller's warehouses by their codes."""

    document: Mapping[str, str] = {}
    settings: Mapping[str, str] = {}
    use_stored: bool = False
    addresses: Mapping[str, ShipFrom] = {}


class SellerInputs(msgspec.Struct, frozen=True, kw_only=True):
    """Inputs as they are sent, or why they cannot be: with any `problems` nothing is bought.

    `of_shipment` is a `ShipmentLevelSellerInputsList`, `of_items` has an `ItemLevelSellerInputsList` by
    OrderItemId. `unchecked` names those whose pattern is checked by Amazon alone, `unused` those of the
    document that were not asked for.
    """

    of_shipment: tuple[Element, ...] = ()
    of_items: Mapping[str, tuple[Element, ...]] = {}
    problems: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


class _Constraint(msgspec.Struct, rename="pascal"):
    validation_reg_ex: str | None = None


class _Definition(msgspec.Struct, rename="pascal"):
    is_required: bool | None = None
    data_type: str | None = None
    constraints: list[_Constraint] | None = None
    input_display_text: str | None = None
    stored_value: msgspec.Raw = msgspec.Raw(b"null")
    restricted_set_values: list[str] | None = None


class _Input(msgspec.Struct, rename="pascal"):
    additional_input_field_name: str
    seller_input_definition: _Definition | None = None


class _Item(msgspec.Struct, rename="pascal"):
    asin: str
    additional_inputs: list[_Input] | None = None


class _Answer(msgspec.Struct, rename="pascal"):
    shipment_level_fields: list[_Input] | None = None
    item_level_fields_list: list[_Item] | None = None


def read_definitions(raw: msgspec.Raw) -> Definitions:
    """Read the payload of getAdditionalSellerInputs; see `Operation.read`."""
    answer = msgspec.json.decode(raw, type=_Answer)
    return Definitions(
        of_shipment=tuple(map(_definition, answer.shipment_level_fields or ())),
        of_items=tuple(
            (item.asin, tuple(map(_definition, item.additional_inputs or ())))
            for item in answer.item_level_fields_list or ()
        ),
    )


def _definition(read: _Input) -> Definition:
    told = read.seller_input_definition or _Definition()
    return Definition(
        name=read.additional_input_field_name,
        data_type=told.data_type or "",
        is_required=bool(told.is_required),
        display_text=told.input_display_text or "",
        patterns=tuple(one.validation_reg_ex for one in told.constraints or () if one.validation_reg_ex),
        restricted_set_values=tuple(told.restricted_set_values or ()),
        stored=bytes(told.stored_value),
    )


def seller_inputs(definitions: Definitions, items: Sequence[InputItem], sources: Sources) -> SellerInputs:
    """Return the inputs of a package, or what is wrong with them.

    An item's own answer counts before that of its package. What Amazon asks about items of the order that are
    not in the package is left aside.
    """
    answers = _Answers(sources)
    of_shipment = tuple(answers.elements(definitions.of_shipment, {}, ""))
    asked, unused = {one.name for one in definitions.of_shipment}, []
    of_items: dict[str, tuple[Element, ...]] = {}
    for item in items:
        if not item.asin and any(fields for _asin, fields in definitions.of_items):
            answers.problems.append(
                f"what is asked about item {item.order_item_id} cannot be told: its ASIN is missing"
            )
        fields = [one for asin, listed in definitions.of_items if asin == item.asin for one in listed]
        names = {one.name for one in fields}
        asked |= names
        unused += [name for name in item.seller_inputs if name not in names]
        found = tuple(answers.elements(fields, item.seller_inputs, f" of item {item.order_item_id}"))
        if found:
            of_items[item.order_item_id] = found
    unused += [name for name in sources.document if name not in asked]
    return SellerInputs(
        of_shipment=of_shipment,
        of_items=of_items,
        problems=tuple(answers.problems),
        unchecked=tuple(dict.fromkeys(answers.unchecked)),
        unused=tuple(dict.fromkeys(unused)),
    )


class _Answers:
    """Answers to definitions, and what is wrong with them."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self.problems: list[str] = []
        self.unchecked: list[str] = []

    def elements(
        self, definitions: Sequence[Definition], own: Mapping[str, str], where: str
    ) -> list[Element]:
        """Return an `AdditionalSellerInputsList`: what is there, and is as it must be."""
        found = []
        for one in definitions:
            try:
                element = self._element(one, own)
            except ValueError as error:
                self.problems.append(f"{_asked(one)}{where} {error}")
                continue
            if element is not None:
                found.append({"AdditionalInputFieldName": one.name, "AdditionalSellerInput": element})
        return found

    def _element(self, one: Definition, own: Mapping[str, str]) -> Element | msgspec.Raw | None:
        """Return an input as it is sent; None for one that may be absent, and is. Raises ValueError."""
        text, place = self._told(one.name, own)
        if text:
            try:
                element = input_of(one.data_type, text, self._sources.addresses)
                self._check(one, text)
            except ValueError as error:
                raise ValueError(f"in {place} {error}") from error
            return element
        stored = _is_value(one.stored, one.data_type)
        if stored and self._sources.use_stored:
            return msgspec.Raw(one.stored)
        if one.is_required:
            kept = "; Amazon has a value stored, which use_stored = true takes" if stored else ""
            raise ValueError(f"is missing: give it as input.{shown(one.name)}, or under seller_inputs{kept}")
        return None

    def _told(self, name: str, own: Mapping[str, str]) -> tuple[str, str]:
        """Return what is told of an input, and where."""
        places = (
            (own, "item_input"),
            (self._sources.document, "input"),
            (self._sources.settings, "seller_inputs"),
        )
        found = ((told[name].strip(), f"{place}.{shown(name)}") for told, place in places if name in told)
        return next((one for one in found if one[0]), ("", ""))

    def _check(self, one: Definition, text: str) -> None:
        """Check a text against set and patterns of its definition. Raises ValueError."""
        if one.restricted_set_values and text not in one.restricted_set_values:
            allowed = ", ".join(map(shown, one.restricted_set_values))
            raise ValueError(f"is {_quoted(text)}, and must be one of {clipped(allowed)}")
        for pattern in one.patterns:
            agrees = matches(pattern, text)
            if agrees is None:
                self.unchecked.append(one.name)
            elif not agrees:
                raise ValueError(f"is {_quoted(text)}, which is not as Amazon wants it ({_shown(pattern)})")


def _is_value(stored: bytes, data_type: str) -> bool:
    """Return whether a `StoredValue` has the one value of its type, and no other; it goes as it came."""
    try:
        members = msgspec.json.decode(stored, type=dict[str, object])
    except msgspec.DecodeError:
        return False
    values = [
        name for name, value in members.items() if name.startswith("ValueAs") and value not in (None, "")
    ]
    return bool(values) and values == [member_of(data_type)]


def _asked(one: Definition) -> str:
    """Return an input for operators: in Amazon's own words, and by its name."""
    text = _quoted(one.display_text) if one.display_text.strip() else "an input"
    return f"{text} ({_shown(one.name)})"


def _quoted(text: str) -> str:
    return f'"{_shown(text)}"'


def _shown(text: str) -> str:
    return clipped(shown(text))
