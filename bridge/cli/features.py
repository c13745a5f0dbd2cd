"""features: what Amazon offers for a seller's orders, and for which of its products."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.context import AsJson, known_vendor, settings_of
from bridge.cli.exits import DONE, REJECTED
from bridge.cli.output import emit, say, table
from bridge.programs.features import Feature, FeatureProduct, Features
from bridge.programs.registry import installed

if TYPE_CHECKING:
    from bridge.config import Config
    from bridge.spapi.features import FeatureReader


def features(
    context: typer.Context,
    seller: Annotated[
        str | None, typer.Option("--seller", "--vendor", metavar="S", help="Of which seller.")
    ] = None,
    feature: Annotated[
        str | None, typer.Option(metavar="NAME", help="The products that this feature is there for.")
    ] = None,
    sku: Annotated[
        str | None, typer.Option(metavar="SKU", help="Whether features are there for this SKU.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask Amazon which features a seller's orders may require, and for which products.

    Without options: all features in its marketplace. Exit code 1 where one that its settings require, or the
    one that is named, is not there. Nothing is changed.
    """
    from bridge.adapters import amazon_client_of, profile_of
    from bridge.spapi.features import FeatureReader

    config = settings_of(context).config()
    chosen, declared = _of_seller(config, seller)
    partner = config.partners[chosen]
    profile = profile_of(chosen, partner)
    wanted = tuple(declared.wanted(profile))
    with closing(amazon_client_of(partner.account, config.accounts[partner.account])) as client:
        reader = FeatureReader(client, declared, profile)
        if sku is not None:
            good = _of_product(chosen, reader, (feature, sku), wanted, as_json=as_json)
        elif feature is not None:
            good = _of_feature(chosen, feature, reader.products(feature), as_json=as_json)
        else:
            good = _all(chosen, reader.all(), wanted, as_json=as_json)
    raise typer.Exit(DONE if good else REJECTED)


def _of_seller(config: Config, named: str | None) -> tuple[str, Features]:
    """Return the partner that is named, or the only one whose program has features. Raises a usage error."""
    from bridge.adapters import kind_of

    known_vendor(config, named)
    there = {
        name: declared
        for name, partner in config.partners.items()
        if (declared := installed().features_of(kind_of(partner))) is not None and named in {None, name}
    }
    if len(there) == 1:
        return next(iter(there.items()))
    message = f"say whose: {', '.join(there)}" if there else "none whose orders may require features"
    raise typer.BadParameter(f"{named}: {message}" if named else message, param_hint="--seller")


def _all(seller: str, found: Sequence[Feature], wanted: Sequence[str], *, as_json: bool) -> bool:
    offered = {one.name for one in found if one.eligible is not False}
    missing = [name for name in wanted if name not in offered]
    if as_json:
        emit({"seller": seller, "features": found, "required": wanted, "not_offered": missing})
        return not missing
    rows = [
        (one.name, _word(one.eligible), "yes" if one.name in wanted else "", one.description) for one in found
    ]
    table(["feature", "offered", "required", "description"], rows, folding=("description",))
    if not found:
        say(f"Amazon offers {seller} no features in its marketplace")
    for name in missing:
        say(
            f"{name} is required by `features` of {seller}, and Amazon does not offer it in its marketplace: "
            "its orders will be refused; take it out"
        )
    return not missing


def _of_feature(seller: str, feature: str, found: Sequence[FeatureProduct], *, as_json: bool) -> bool:
    if as_json:
        emit({"seller": seller, "feature": feature, "products": found})
        return bool(found)
    rows = [(one.sku, one.fnsku, one.asin, one.count) for one in found]
    table(["sku", "fnsku", "asin", "count"], rows)
    if not found:
        say(f"no product of {seller} has {feature}; `edibridge features` lists the features there are")
    return bool(found)


def _of_product(
    seller: str,
    reader: FeatureReader,
    asked: tuple[str | None, str],
    wanted: Sequence[str],
    *,
    as_json: bool,
) -> bool:
    feature, sku = asked
    names = [feature] if feature is not None else [one.name for one in reader.all()]
    found = {name: reader.product(name, sku) for name in names}
    offered = {name for name, one in found.items() if one is not None and one.eligible}
    missing = [name for name in ([feature] if feature is not None else wanted) if name not in offered]
    if as_json:
        emit({"seller": seller, "sku": sku, "features": found, "required": wanted, "not_offered": missing})
        return not missing
    rows = [
        (
            name,
            _word(one.eligible if one else None),
            ", ".join(one.reasons) if one else "Amazon knows no such",
        )
        for name, one in found.items()
    ]
    table(["feature", "offered", "why not"], rows, folding=("why not",))
    for name in missing:
        say(f"{name} is not there for {sku}: Amazon refuses orders that require it for this SKU")
    return not missing


def _word(eligible: bool | None) -> str:
    return {True: "yes", False: "no", None: "not told"}[eligible]
