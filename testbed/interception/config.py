"""What the lab tells the proxy process. Apart from it, so that the lab need not import mitmproxy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class OrdersAt:
    """A port where whoever begins with a line ``{"token": ...}`` may give orders, a line each."""

    port: int
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ProxyConfig:
    """One line on the proxy's standard input."""

    journal: Path
    lab: str
    """Name of the carrier, for the journal."""
    listeners: Mapping[str, int]
    """Sender to the port where it calls the proxy: that is how it is known who is calling."""
    hosts: Mapping[str, tuple[str, int]]
    """Host of the lab to the address where it is served."""
    confdir: Path
    """mitmproxy's folder; holds the lab's CA as mitmproxy-ca.pem."""
    ca_file: Path
    """Whom the proxy trusts upstream."""
    asking: tuple[str, ...] = ()
    """Hosts that ask their callers for certificates (mutual TLS)."""
    credentials: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    """Sender to the files that hold a key and its certificate each, which the proxy shows in the sender's stead."""
    underway: Path | None = None
    """Where what is under way is written down, for the proxy may be killed; see ``interception.underway``."""
    loaded: bool = False
    """Many plays are under way at once, and the browser says of each request which one it is of; see
    ``model.load.FLOW_HEADER``."""
    lined: bool = False
    """A relay stands before each address of a host, which can be ordered to be bad; see ``interception.relay``."""
    address: str = "127.0.0.1"
    """Of the listeners."""
    orders: OrdersAt | None = None
    """None: they are given on standard input, with which the proxy ends."""


PROXY_CONFIG: TypeAdapter[ProxyConfig] = TypeAdapter(ProxyConfig)
