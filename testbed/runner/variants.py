"""From a variant to what it stands for: a vendor, its agreement and a scenario, all made of the vendor that does well.

What is the same in both is written once, so that a variant differs by its fault and its names alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import yaml
from pydantic import JsonValue, ValidationError

from testbed.model.wire import host_of
from testbed.model.written import Agreement, Scenario, Variant, Vendor


@dataclass(frozen=True, slots=True)
class Made:
    """What one variant stands for."""

    vendor: Vendor
    agreement: Agreement
    scenario: Scenario


def made_of(variant: Variant, vendors: Mapping[str, Vendor], agreements: Mapping[str, Agreement]) -> Made:
    """The vendor, the agreement and the scenario of a variant.

    Raises:
        ValueError: its model is not there or cannot serve as one; says why.
    """
    model = vendors.get(variant.of)
    if model is None or model.simulated is None or model.simulated.fault or not model.agreement:
        sound = sorted(
            v.id for v in vendors.values() if v.simulated and not v.simulated.fault and v.agreement in agreements
        )
        raise ValueError(f"{variant.of!r} is no vendor that does well and has an agreement; there are: {_list(sound)}")
    own, agreement = host_of(model.login), agreements[model.agreement]
    if others := [host for host in model.simulated.hosts if host != own and not host.endswith(f".{own}")]:
        raise ValueError(f"{variant.of!r} answers for hosts that are not below its own, {_list(others)}")
    try:
        return Made(_vendor(variant, model, own), _agreement(variant, agreement, own), _scenario(variant))
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"made of {variant.of!r} it is none that can be: {first['loc']} {first['msg']}") from error


def agreement_name(variant: Variant) -> str:
    """The id of a variant's agreement."""
    return f"{variant.id}-agreement"


def agreement_text(agreement: Agreement) -> str:
    """An agreement that no one wrote, as a file like those that people write."""
    written = agreement.model_dump(mode="json", by_alias=True, exclude_none=True)
    return yaml.safe_dump(written, allow_unicode=True, sort_keys=False, width=120)


def _vendor(variant: Variant, model: Vendor, own: str) -> Vendor:
    written = _moved(model.model_dump(mode="json", by_alias=True), own, variant.host)
    client = written.get("client")
    if isinstance(client, dict):
        client["client_id"] = variant.id
    simulated = written["simulated"]
    if isinstance(simulated, dict):
        simulated["fault"] = variant.fault
    named = {"id": variant.id, "name": variant.name, "agreement": agreement_name(variant)}
    return Vendor.model_validate({**written, **named, "digest_keys": variant.digest_keys})


def _agreement(variant: Variant, model: Agreement, own: str) -> Agreement:
    written = model.model_dump(mode="json", by_alias=True)
    # NOTE: the controller's hosts and the data stay as they are, for those are what the vendors have in common.
    for part in ("processor", "recipients"):
        written[part] = _in(written[part], own, variant.host)
    written["processor"]["name"] = variant.name
    if model.processor.client_ids:
        written["processor"]["client_ids"] = [variant.id]
    return Agreement.model_validate({**written, "id": agreement_name(variant)})


def _scenario(variant: Variant) -> Scenario:
    return Scenario(
        id=variant.scenario,
        title=variant.title,
        flow=variant.flow,
        vendor=variant.id,
        person=variant.person,
        moves_to=variant.moves_to,
        breaks=variant.breaks,
        expect=variant.expect,
    )


def _moved(written: Mapping[str, JsonValue], old: str, new: str) -> dict[str, JsonValue]:
    return {key: _in(value, old, new) for key, value in written.items()}


def _in(value: JsonValue, old: str, new: str) -> JsonValue:
    """The value with the new host wherever the old one stood as a whole name, or at the end of a longer one."""
    match value:
        case str():
            return re.sub(rf"(?<![A-Za-z0-9-]){re.escape(old)}(?![A-Za-z0-9.-])", new, value)
        case list():
            return [_in(one, old, new) for one in value]
        case dict():
            return _moved(value, old, new)
        case _:
            return value


def _list(names: list[str]) -> str:
    return ", ".join(names)
