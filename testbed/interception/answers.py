"""What every recorder answers for a host outside the lab, so that findings do not depend on the carrier."""

from testbed.model.wire import Response

BAD_GATEWAY = 502


def outside(host: str) -> Response:
    """No host of the lab: what was sent is recorded, and goes no further."""
    text = f"{host} is outside the laboratory: what was sent was recorded and went no further.\n"
    return Response(
        BAD_GATEWAY, (("content-type", "text/plain; charset=utf-8"), ("x-testbed", "outside")), text.encode()
    )
