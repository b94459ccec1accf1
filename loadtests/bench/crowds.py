"""Orders for the canned server: so many people, so many a second."""

from loadtests.bench.canned import person, shown
from testbed.model.load import Arrival, Order, Patience
from testbed.model.person import Person
from testbed.model.vendor import Probe, Vendor


def canned_vendor(base: str, **changes: object) -> Vendor:
    """The canned vendor, at this address."""
    written = {
        "id": "canned",
        "name": "Provtjänsten",
        "protocol": "saml",
        "metadata": f"{base}/saml/metadata",
        "login": f"{base}/login",
        "probe": Probe(url=f"{base}/me"),
        "visit": (f"{base}/start",),
        "logout": f"{base}/logout",
    }
    return Vendor.model_validate({**written, **changes})


def canned_people(count: int) -> dict[str, Person]:
    """So many, by id."""
    names = [person(number) for number in range(count)]
    return {name: Person(id=name, role="pupil", attributes={"eduPersonPrincipalName": shown(name)}) for name in names}


def canned_order(base: str, count: int, per_s: float, ca: str = "", settle_s: float = 30) -> Order:
    """Everybody logs in once at the canned vendor, evenly spread."""
    people = canned_people(count)
    arrivals = tuple(Arrival(number, number / per_s, "login", "canned", name) for number, name in enumerate(people))
    return Order(
        seed=1,
        arrivals=arrivals,
        people=people,
        vendors={"canned": canned_vendor(base)},
        agreements={},
        schools={},
        hosts={},
        ca=ca,
        patience=Patience(hangs_after_s=300),
        think_s=(0.0, 0.0),
        ends_s=count / per_s + settle_s,
    )
