"""Mistakes of vendors of SAML with what they are sent, each with the cases of certifying that must see it."""

from collections.abc import Mapping
from types import MappingProxyType

from sp_mocks.unsafe.checks import CHECKS
from sp_mocks.unsafe.checks_2 import CHECKS_2
from sp_mocks.unsafe.demands import DEMANDS
from sp_mocks.unsafe.fault import UnsafeFault
from sp_mocks.unsafe.handling import HANDLING
from sp_mocks.unsafe.reading import READING
from sp_mocks.unsafe.signatures import SIGNATURES

__all__ = ["UNSAFE_FAULTS", "UnsafeFault"]

UNSAFE_FAULTS: Mapping[str, UnsafeFault] = MappingProxyType(
    {fault.id: fault for fault in (*SIGNATURES, *READING, *CHECKS, *CHECKS_2, *DEMANDS, *HANDLING)}
)
"""By id. They are beside the faults that scenarios play: what sees them is a case, and no check."""
