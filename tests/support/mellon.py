"""Apache with mod_auth_mellon, as Debian packages it, described and configured as its own documentation shows."""

import shutil
import subprocess
from typing import Any

CREATE_METADATA = shutil.which("mellon_create_metadata", path="/usr/sbin:/usr/bin")
CONFIGURATION = """\
MellonLockFile "{folder}/mellon.lock"
<Location />
  Require all granted
  MellonEnable info
  MellonEndpointPath /mellon
  MellonSPMetadataFile "{folder}/sp.xml"
  MellonSPPrivateKeyFile "{folder}/sp.key"
  MellonSPCertFile "{folder}/sp.cert"
  MellonIdPMetadataFile "{folder}/idp.xml"
  {options}
</Location>
<Location /private>
  AuthType Mellon
  MellonEnable auth
  Require valid-user
</Location>
"""


def mellon_lacks() -> bool:
    """Whether the machine cannot run it."""
    return CREATE_METADATA is None or shutil.which("openssl") is None


class Mellon:
    """Apache with mod_auth_mellon, and what it says of itself."""

    def __init__(self, apache: Any) -> None:
        self._apache = apache
        self.folder, self.url, self.errors = apache.folder, apache.url, apache.errors
        self.entity_id = f"{self.url}/mellon/metadata"
        self.metadata = self.folder / "sp.xml"
        self._describe_itself()

    def _describe_itself(self) -> None:
        """By the script that comes with the module; its files are named after the entityID."""
        command = [str(CREATE_METADATA), self.entity_id, f"{self.url}/mellon"]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True, timeout=60)
        for suffix in ("key", "cert", "xml"):
            next(self.folder.glob(f"http_*.{suffix}")).rename(self.folder / f"sp.{suffix}")

    def configure(self, idp_metadata: bytes, *options: str) -> None:
        """Start or reload with these options."""
        (self.folder / "idp.xml").write_bytes(idp_metadata)
        self._apache.configure(CONFIGURATION.format(folder=self.folder, options="\n  ".join(options)))
        if self._apache.process is None:
            self._apache.start()
        else:
            self._apache.reload()
