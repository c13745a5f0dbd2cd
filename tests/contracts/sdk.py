"""Amazon's official client, pointed at the stand-in: a check of both ends that this project did not write.

It speaks version 2021-12-28 of direct fulfilment.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from spapi import (
    ApiClient,
    Configuration,
    CreateContainerLabelApi,
    CustomerInvoicesApi,
    SPAPIClient,
    SPAPIConfig,
    TokensApi,
    VendorDfTransactionApi,
    VendorShippingApi,
    VendorShippingLabelsApi,
)

from simulator.amazon import StandInAmazon
from simulator.operations import TOKEN, restricted_resources

SHIPPING = "spapi.models.vendor_direct_fulfillment_shipping_v2021_12_28"


@dataclass(frozen=True)
class _RestrictedToken:
    """Takes the place of the SDK's cache of access tokens: restricted reads carry another token."""

    token: str

    def get_lwa_access_token(self) -> str:
        return self.token


class Sdk:
    """The SDK's interfaces, logged in to a stand-in."""

    def __init__(self, amazon: StandInAmazon) -> None:
        login = amazon.credentials
        config = SPAPIConfig(login.client_id, login.client_secret, login.refresh_token)
        client = SPAPIClient(config, oauth_endpoint=amazon.auth_url + TOKEN, endpoint=amazon.url)
        self.client = client.api_client
        self.shipping = VendorShippingApi(self.client)
        self.labels = VendorShippingLabelsApi(self.client)
        self.container_labels = CreateContainerLabelApi(self.client)
        self.invoices = CustomerInvoicesApi(self.client)
        self.transactions = VendorDfTransactionApi(self.client)
        self.tokens = TokensApi(self.client)

    def restricted_token(self) -> Any:
        """Ask for a token that opens every restricted operation."""
        resources = sorted(restricted_resources("2021-12-28"))
        return self.tokens.create_restricted_data_token(
            {"restrictedResources": [{"method": method, "path": path} for method, path in resources]}
        )

    def unlock(self) -> Sdk:
        """Call with a restricted token from now on."""
        return self.carry(self.restricted_token().restricted_data_token)

    def carry(self, token: str) -> Sdk:
        """Call with a token that somebody asked for from now on."""
        self.client.configuration.access_token_cache = _RestrictedToken(token)
        return self

    def written(self, value: Any) -> Any:
        """Write a model back as JSON has it."""
        return self.client.sanitize_for_serialization(value)


def _not_logged_in() -> Any:
    configuration = Configuration()
    configuration.access_token_cache = None
    return ApiClient(configuration)


def read_back(body: Any, model: str, models: str = SHIPPING) -> Any:
    """Read a body into one of the SDK's models. Raises ValueError for what is missing or not allowed."""
    client = _not_logged_in()
    client.api_models_module = models
    return client.deserialize(SimpleNamespace(data=json.dumps(body)), model)


def rewritten(model: Any) -> Any:
    """Write a model of the SDK's as JSON; what it does not know is lost."""
    return _not_logged_in().sanitize_for_serialization(model)
