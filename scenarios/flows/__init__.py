"""Flows by name: generators that yield steps and are sent pages, and never send anything themselves."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from scenarios.flows.saml import login
from testbed.model.pages import Cast, Flow

FLOWS: Mapping[str, Callable[[Cast], Flow]] = MappingProxyType({"saml-login": login})
"""The flow that a scenario names in its field ``flow``."""
