"""How metadata of machines changes: a key is changed in steps, and a key or an organisation is turned away.

A key is changed so (RFC 9932): the new pin is published beside the old one; when every reader has it, the machine shows
the new key; then the old pin is removed. A removed pin, or entity, is revoked once what readers have kept is over.
"""

from testbed.model.federated_tls import Endpoint, Entity, Machines, Pin, conflict


def with_client_pin(machines: Machines, entity_id: str, digest: str) -> Machines:
    """The first client of the entity may show one more key.

    Raises:
        ValueError: there is no such entity, it has no client, or the key is somebody else's.
    """
    entity = _entity(machines, entity_id)
    if not entity.clients:
        raise ValueError(f"{entity_id} has no client whose key could change")
    first, *others = entity.clients
    if digest in first.digests:
        return machines
    pins = (*first.pins, Pin(digest=digest))
    client = Endpoint(description=first.description, tags=first.tags, base_uri=first.base_uri, pins=pins)
    return _with(machines, entity.model_copy(update={"clients": (client, *others)}))


def without_client_pin(machines: Machines, entity_id: str, digest: str) -> Machines:
    """No client of the entity may show this key any more; one that had no other is gone.

    Raises:
        ValueError: there is no such entity, or the key is none of its clients'.
    """
    entity = _entity(machines, entity_id)
    if digest not in entity.client_digests:
        raise ValueError(f"no client of {entity_id} has this pin")
    kept = ((client, tuple(pin for pin in client.pins if pin.digest != digest)) for client in entity.clients)
    clients = tuple(client.model_copy(update={"pins": pins}) for client, pins in kept if pins)
    return _with(machines, entity.model_copy(update={"clients": clients}))


def with_entity(machines: Machines, entity: Entity) -> Machines:
    """One more entity.

    Raises:
        ValueError: it is there already, or claims somebody else's key.
    """
    return _sound(machines, (*machines.entities, entity))


def without_entity(machines: Machines, entity_id: str) -> Machines:
    """The entity is turned away with all its machines.

    Raises:
        ValueError: there is no such entity.
    """
    gone = _entity(machines, entity_id)
    return _sound(machines, tuple(one for one in machines.entities if one is not gone))


def _entity(machines: Machines, entity_id: str) -> Entity:
    entity = machines.find(entity_id)
    if entity is None:
        raise ValueError(f"no entity is called {entity_id}")
    return entity


def _with(machines: Machines, entity: Entity) -> Machines:
    return _sound(machines, tuple(entity if one.entity_id == entity.entity_id else one for one in machines.entities))


def _sound(machines: Machines, entities: tuple[Entity, ...]) -> Machines:
    # NOTE: made anew and not copied, for a copy's limits would not be held.
    changed = Machines(version=machines.version, cache_ttl=machines.cache_ttl, entities=entities)
    wrong = conflict(entities)
    if wrong is not None:
        raise ValueError(f"the metadata would be ambiguous: {wrong}")
    return changed
