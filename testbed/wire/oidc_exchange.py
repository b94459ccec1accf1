"""An exchange as the readers of OpenID Connect look at it: parameters and JSON, each taken apart when asked for."""

from functools import cached_property

from testbed.model.wire import Exchange, Headers, Pointer, header
from testbed.wire.bodies import FORM, decoded, form_fields
from testbed.wire.objects import MAX_JSON, Members, object_of
from testbed.wire.providers import Providers, Service, endpoint_of
from testbed.wire.xml import Unreadable

BEARER = "bearer "


class Looked:
    """One exchange, and what is known of the place that it went to."""

    def __init__(self, exchange: Exchange, known: Providers) -> None:
        self.exchange = exchange
        self.known = known

    @cached_property
    def service(self) -> Service | None:
        """What the journal says that listens there."""
        return self.known.service_at(self.exchange.request)

    @property
    def elsewhere(self) -> bool:
        """It went to no place that is known: only its shape can tell what it is."""
        return self.service is None and self.exchange.request.host not in self.known.hosts

    @cached_property
    def endpoint(self) -> str:
        """The URL without query."""
        return endpoint_of(self.exchange.request)

    @cached_property
    def query(self) -> dict[str, str]:
        """Parameters of the address; of one that stands twice the first."""
        return dict(reversed(form_fields(self.exchange.request.parts.query)))

    @cached_property
    def form(self) -> dict[str, str]:
        """Parameters of a form that was posted."""
        request = self.exchange.request
        if request.method != "POST" or not request.header("content-type").lower().startswith(FORM):
            return {}
        body = decoded(request.headers, request.body)
        return dict(reversed(form_fields(body.decode("utf-8", "replace")))) if len(body) <= MAX_JSON else {}

    def posted_object(self) -> Members:
        """The JSON that was posted.

        Raises:
            Unreadable: it is none.
        """
        request = self.exchange.request
        return object_of(decoded(request.headers, request.body))

    @cached_property
    def posts_json(self) -> bool:
        """What was posted says that it is JSON."""
        request = self.exchange.request
        return request.method == "POST" and "json" in request.header("content-type").lower()

    @cached_property
    def answer(self) -> bytes:
        """The body that came back, decoded."""
        response = self.exchange.response
        return decoded(response.headers, response.body) if response else b""

    @cached_property
    def answer_type(self) -> str:
        """The content type of what came back, without parameters."""
        headers: Headers = self.exchange.response.headers if self.exchange.response else ()
        return header(headers, "content-type").partition(";")[0].strip().lower()

    @property
    def status(self) -> int:
        """0 where no answer came."""
        return self.exchange.response.status if self.exchange.response else 0

    @cached_property
    def answered(self) -> Members | None:
        """The JSON object that came back; None where what came is none."""
        if "json" not in self.answer_type and self.answer.lstrip()[:1] != b"{":
            return None
        try:
            return object_of(self.answer)
        except Unreadable:
            return None

    def answered_object(self) -> Members:
        """The JSON object that came back.

        Raises:
            Unreadable: it is none.
        """
        return object_of(self.answer)

    @cached_property
    def bearer(self) -> str:
        """The access token that the request was made with (RFC 6750, 2)."""
        authorization = self.exchange.request.header("authorization")
        if authorization.lower().startswith(BEARER):
            return authorization[len(BEARER) :].strip()
        return self.form.get("access_token", "") or self.query.get("access_token", "")

    def at(self, locator: str) -> Pointer:
        """A place in this exchange."""
        return Pointer(self.exchange.number, locator)
