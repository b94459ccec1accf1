"""What the schemas of the data API's answers have in common."""

from collections.abc import Collection, Mapping

from idp.openapi import TEXT, Schema, closed, ref

UUID: Schema = {"type": "string", "format": "uuid"}
DAY: Schema = {"type": "string", "format": "date"}
MOMENT: Schema = {"type": "string", "format": "date-time"}


def reference() -> Schema:
    """A reference to a resource, named where that was asked for."""
    return closed({"id": UUID, "displayName": TEXT}, optional=("displayName",))


def resource(properties: Mapping[str, Schema], optional: Collection[str] = ()) -> Schema:
    """A resource with an id and what is known of its changes; with what was expanded where anything was."""
    about = {"id": UUID, "meta": ref("Meta")}
    return closed({**about, **properties}, optional)


def expandable(properties: Mapping[str, Schema], optional: Collection[str], embedded: Mapping[str, Schema]) -> Schema:
    """A resource of which these can be expanded."""
    inside = closed(embedded, optional=embedded)
    return resource({**properties, "_embedded": inside}, (*optional, "_embedded"))


SHARED: Mapping[str, Schema] = {
    "Meta": closed({"created": MOMENT, "modified": MOMENT}),
    "Error": closed({"code": TEXT, "message": TEXT}),
}
