"""All metadata that the lab's participants publish is fit for the federation, without so much as a note."""

from testbed.model.messages import SamlMetadata
from testbed.model.verdict import RunRecord


def test_every_participant_s_metadata_is_without_remark(tour: RunRecord) -> None:
    published = {
        message.entity_id: message
        for evidence in tour.evidence.values()
        for message in evidence.messages
        if isinstance(message, SamlMetadata)
    }
    vendors = {e.play.vendor.id for e in tour.evidence.values() if e.play.vendor.protocol == "saml"}
    assert len(published) >= len(vendors) + 1
    assert {entity: message.remarks for entity, message in published.items() if message.remarks} == {}
