"""Every profile and every fault, whichever protocol they are of."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from sp_mocks.behaviour import Behaviour, Common
from sp_mocks.config import VendorConfig
from sp_mocks.crowded import CROWDED_FAULTS
from sp_mocks.exchange.behaviour import ExchangeBehaviour
from sp_mocks.exchange.faults import EXCHANGE_FAULTS
from sp_mocks.exchange.profiles import EXCHANGE_PROFILES
from sp_mocks.faults import FAULTS, Fault
from sp_mocks.fragile import FRAGILE_FAULTS, OIDC_FRAGILE_FAULTS
from sp_mocks.leaks.every import LEAKS
from sp_mocks.leaks.row import Row
from sp_mocks.oidc.behaviour import OidcBehaviour
from sp_mocks.oidc.faults import OIDC_FAULTS
from sp_mocks.oidc.profiles import OIDC_PROFILES
from sp_mocks.oidc.unsafe import OIDC_UNSAFE
from sp_mocks.profiles import PROFILES, Profile
from sp_mocks.provisioning.behaviour import ProvisioningBehaviour
from sp_mocks.provisioning.faults import PROVISIONING_FAULTS
from sp_mocks.provisioning.profiles import PROVISIONING_PROFILES
from sp_mocks.receiving.behaviour import ReceivingBehaviour
from sp_mocks.receiving.faults import RECEIVING_FAULTS
from sp_mocks.receiving.profiles import RECEIVING_PROFILES
from sp_mocks.scripts import OIDC_SCRIPT_FAULTS, SCRIPT_FAULTS
from sp_mocks.unsafe import UNSAFE_FAULTS

type AnyBehaviour = Behaviour | OidcBehaviour | ExchangeBehaviour | ReceivingBehaviour | ProvisioningBehaviour
type AnyProfile = (
    Profile[Behaviour]
    | Profile[OidcBehaviour]
    | Profile[ExchangeBehaviour]
    | Profile[ReceivingBehaviour]
    | Profile[ProvisioningBehaviour]
)
type AnyFault = (
    Fault[Behaviour]
    | Fault[OidcBehaviour]
    | Fault[ExchangeBehaviour]
    | Fault[ReceivingBehaviour]
    | Fault[ProvisioningBehaviour]
)


def _as_fault[Kind: Common](row: Row) -> Fault[Kind]:
    """A leak as a fault of vendors of one protocol."""
    return Fault(row.id, row.title, row.breaks, lambda behaviour: replace(behaviour, leak=row.leak))


SAML_FAULTS_AND_LEAKS: Mapping[str, Fault[Behaviour]] = MappingProxyType(
    {**FAULTS, **{name: _as_fault(row) for name, row in LEAKS.items()}}
)
OIDC_FAULTS_AND_LEAKS: Mapping[str, Fault[OidcBehaviour]] = MappingProxyType(
    {**OIDC_FAULTS, **{name: _as_fault(row) for name, row in LEAKS.items()}}
)
EVERY_PROFILE: Mapping[str, AnyProfile] = MappingProxyType(
    {**PROFILES, **OIDC_PROFILES, **EXCHANGE_PROFILES, **RECEIVING_PROFILES, **PROVISIONING_PROFILES}
)
# NOTE: those that only attacks show stand in registries of their own: honest plays would find nothing.
EVERY_FAULT: Mapping[str, AnyFault] = MappingProxyType(
    {
        **SAML_FAULTS_AND_LEAKS,
        **OIDC_FAULTS_AND_LEAKS,
        **SCRIPT_FAULTS,
        **FRAGILE_FAULTS,
        **CROWDED_FAULTS,
        **OIDC_FRAGILE_FAULTS,
        **EXCHANGE_FAULTS,
        **RECEIVING_FAULTS,
        **PROVISIONING_FAULTS,
    }
)


def chosen(config: VendorConfig) -> tuple[AnyProfile, AnyBehaviour]:
    """The profile of a vendor, and what it decides: all well, but for its fault.

    Raises:
        ValueError: the configuration names a profile or fault that its protocol does not have.
    """
    if config.exchange is not None:
        return _with_fault(config, EXCHANGE_PROFILES, EXCHANGE_FAULTS)
    if config.profile in RECEIVING_PROFILES:
        return _with_fault(config, RECEIVING_PROFILES, RECEIVING_FAULTS)
    if config.profile in PROVISIONING_PROFILES:
        return _with_fault(config, PROVISIONING_PROFILES, PROVISIONING_FAULTS)
    if config.client is None:
        return _with_fault(
            config,
            PROFILES,
            {**SAML_FAULTS_AND_LEAKS, **SCRIPT_FAULTS, **FRAGILE_FAULTS, **CROWDED_FAULTS, **UNSAFE_FAULTS},
        )
    return _with_fault(
        config, OIDC_PROFILES, {**OIDC_FAULTS_AND_LEAKS, **OIDC_SCRIPT_FAULTS, **OIDC_FRAGILE_FAULTS, **OIDC_UNSAFE}
    )


def _with_fault[Kind: AnyBehaviour](
    config: VendorConfig, profiles: Mapping[str, Profile[Kind]], faults: Mapping[str, Fault[Kind]]
) -> tuple[Profile[Kind], Kind]:
    if config.profile not in profiles:
        raise ValueError(f"{config.vendor_id}: no profile is called {config.profile!r}: {', '.join(profiles)}")
    if config.fault is not None and config.fault not in faults:
        raise ValueError(f"{config.vendor_id}: no fault is called {config.fault!r}: {', '.join(faults)}")
    profile = profiles[config.profile]
    return profile, faults[config.fault].apply(profile.behaviour) if config.fault else profile.behaviour
