"""What a vendor says of itself: what it can do, and which attributes it takes (RFC 7643, 5 to 7, and RFC 7644, 4).

EGIL leaves out PATCH, bulk operations, filters, sorting and versions, and so does the vendor.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scim2_models import (
    Attribute,
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    Context,
    ETag,
    Filter,
    Meta,
    Pagination,
    Patch,
    Resource,
    Schema,
    ServiceProviderConfig,
    Sort,
)

from sp_mocks.receiving.kept import Tree, tree_of
from sp_mocks.receiving.kinds import KINDS, Kind

CONFIG, TYPES, SCHEMAS = "ServiceProviderConfig", "ResourceTypes", "Schemas"


@dataclass(frozen=True, slots=True)
class Discovery:
    """The documents of one vendor, as JSON."""

    config: Mapping[str, object]
    types: Mapping[str, Mapping[str, object]]
    """By id."""
    schemas: Mapping[str, Mapping[str, object]]
    """By id, which is a URN."""


def discovery(base_url: str, wanted: tuple[str, ...]) -> Discovery:
    """What is published.

    Args:
        base_url: of the endpoints.
        wanted: attributes that the vendor keeps of a person, by canonical name: the schemas have no others.
    """
    types = [kind.resource_type for kind in KINDS.values()]
    schemas = [one for kind in KINDS.values() for one in _schemas(kind, wanted)]
    return Discovery(
        _written(_config(), f"{base_url}/{CONFIG}"),
        {str(one.id): _written(one, f"{base_url}/{TYPES}/{one.id}") for one in types},
        {str(one.id): _written(one, f"{base_url}/{SCHEMAS}/{one.id}") for one in schemas},
    )


def _config() -> ServiceProviderConfig:
    return ServiceProviderConfig(
        patch=Patch(supported=False),
        bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
        filter=Filter(supported=False, max_results=0),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=False),
        etag=ETag(supported=False),
        pagination=Pagination(cursor=False, index=True),
        authentication_schemes=[
            AuthenticationScheme(
                type=AuthenticationScheme.Type("mutualtls"),
                name="Federated TLS",
                description="By the key of a certificate that the federation has published (RFC 9932).",
                primary=True,
            )
        ],
    )


def _schemas(kind: Kind, wanted: tuple[str, ...]) -> Iterator[Schema]:
    tree = tree_of(kind.collection, wanted)
    for number, model in enumerate(kind.described):
        schema = model.to_schema()
        # NOTE: attributes of an extension stand below its name in a resource.
        below = tree.get(str(model.__schema__), {}) if number else tree
        yield schema.model_copy(update={"attributes": list(_taken(schema.attributes or [], below))})


def _taken(attributes: list[Attribute], tree: Tree) -> Iterator[Attribute]:
    for attribute in attributes:
        below = tree.get(str(attribute.name))
        if below is None:
            continue
        inner = list(_taken(attribute.sub_attributes, below)) if below and attribute.sub_attributes else None
        yield attribute.model_copy(update={"sub_attributes": inner}) if inner else attribute


def _written(resource: Resource[Any], location: str) -> Mapping[str, object]:
    meta = Meta(resource_type=type(resource).__name__, location=location)
    found = resource.model_copy(update={"meta": meta}).model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    return dict(found)
