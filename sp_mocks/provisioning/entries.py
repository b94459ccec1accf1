"""What the receiver says of errors: lists of LogEntry, of the wire's own form.

A message is a constant: nothing that was sent stands in it. The national API puts the value at fault beside the message
(attributeValue); a compliant receiver here leaves that out, for it would be a pupil's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from starlette.responses import JSONResponse, Response

type Json = Mapping[str, object]
type Severity = Literal["Warning", "Error"]

NO_STORE: Mapping[str, str] = MappingProxyType({"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"})
FORMAT, VALUE, POOR, LIMITS = "Ogiltigt format", "Ogiltigt värde", "Bristfälligt värde", "Teknisk begränsning"


@dataclass(frozen=True, slots=True)
class Entry:
    """One LogEntry."""

    id: str
    status: int
    kind: str
    """Category (messageType)."""
    message: str
    severity: Severity = "Error"
    parameter: str = ""
    """Of path, query or body."""
    resource_type: str = ""
    resource_id: str = ""
    attribute: str = ""

    def body(self, now: datetime) -> Json:
        """As it goes out. The API's own document spells the last member so."""
        said = {
            "id": self.id,
            "statusCode": self.status,
            "messageType": self.kind,
            "message": self.message,
            "parameterName": self.parameter,
            "resourceType": self.resource_type,
            "resourceId": self.resource_id,
            "attributeName": self.attribute,
            "severityLevel": self.severity,
        }
        return {name: value for name, value in said.items() if value} | {"timeOfOccurance": written(now)}

    def at(self, parameter: str) -> "Entry":
        """The same of one parameter."""
        return replace(self, parameter=parameter)

    def about(self, resource_type: str, resource_id: str = "", attribute: str = "") -> "Entry":
        """The same of one resource."""
        return replace(self, resource_type=resource_type, resource_id=resource_id, attribute=attribute)


BAD_ID_IN_BODY = Entry("2010", 400, FORMAT, "Ogiltigt format i body. Formatet ska vara UUID.")
BAD_ID_IN_PATH = Entry("2011", 400, FORMAT, "Ogiltigt format på <id>. Formatet ska vara UUID.", parameter="id")
BAD_BOOLEAN = Entry("2025", 400, FORMAT, "Ogiltigt format. Formatet ska vara boolean (true/false).")
NAME_IN_EPPN = Entry(
    "3047", 400, POOR, "Användarnamnet innehåller delar av personens namn. Byt till ett som inte gör det.", "Warning"
)
BAD_LIMIT = Entry("3085", 400, VALUE, "Värdet för <limit> måste vara ett tal mellan 1 och 100.", parameter="limit")
NOT_FOUND = Entry("4001", 404, VALUE, "Posten hittades inte.")
BAD_TOKEN = Entry("5002", 403, "Behörighet saknas", "Ogiltigt JWT bearer token.")
TOO_LARGE = Entry("5020", 413, LIMITS, "Uppgifterna överstiger tillåten datamängd.")
TOO_MANY = Entry("5021", 429, LIMITS, "Det högsta tillåtna antalet anrop har uppnåtts.")
UNAVAILABLE = Entry("5022", 503, LIMITS, "Tjänsten är inte tillgänglig. Försök igen senare.")
# NOTE: the ids of the rest are not published; these are the lab's own, and begin with 9.
BAD_BODY = Entry("9001", 400, FORMAT, "Body är inte det JSON-objekt som väntades.")
BAD_ATTRIBUTE = Entry("9002", 400, FORMAT, "Ogiltigt format på attributet.")
MISSING = Entry("9003", 400, VALUE, "Attributet saknas.")
EXISTS = Entry("9004", 409, VALUE, "Posten finns redan.")
TAKEN = Entry("9005", 409, VALUE, "Användarnamnet hör till en annan person.")
FULL = Entry("9006", 507, LIMITS, "Fler poster får inte plats.")
BAD_PAGE = Entry("9007", 400, VALUE, "Sidnyckeln gäller inte här. Börja med första sidan.", parameter="pageToken")
NO_METHOD = Entry("9008", 405, VALUE, "Så går det inte att anropa resursen.")
TOO_SLOW = Entry("9009", 408, LIMITS, "Anropet kom inte fram i tid.")


@dataclass
class Rejected(Exception):
    """A request that is turned away as a whole."""

    entries: Sequence[Entry]
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self, now: datetime) -> Response:
        """As it goes out."""
        said = [entry.body(now) for entry in self.entries]
        return JSONResponse(said, self.entries[0].status, headers={**NO_STORE, **self.headers})


def written(moment: datetime) -> str:
    """As RFC 3339 writes it, with milliseconds as the national API has them."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
