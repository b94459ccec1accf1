"""What the lab tells the proxy process. Apart from it, so that the lab need not import mitmproxy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class ProxyConfig:
    """One line on the proxy's standard input."""

    journal: Path
    lab: str
    """Name of the carrier, for the journal."""
    listeners: Mapping[str, int]
    """Sender to the port on 127.0.0.1 where it calls the proxy: that is how it is known who is calling."""
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


PROXY_CONFIG: TypeAdapter[ProxyConfig] = TypeAdapter(ProxyConfig)
