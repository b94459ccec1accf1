"""Compiles the loops of the search while the image is made: a container forgets what it has compiled when it ends.

``python kernels.py`` searches a page that has something of everything that the loops look at, so that each is compiled
for what it is handed. NUMBA_CACHE_DIR, where they are kept, must be empty. The status is 1 where one was left out.
"""

import base64
import gzip
import sys
import urllib.parse
import zlib

from testbed.model.person import Person
from testbed.privacy import kernels
from testbed.privacy.people import index_of
from testbed.privacy.search import search

ASTRID = Person(
    id="astrid",
    role="pupil",
    attributes={"displayName": "Åstrid Öberg", "mail": "astrid.oberg@skola.test", "telephoneNumber": "+46701740605"},
)
LZSTRING = b"BIUwNmD2A0AEDqkBOYAmBCIA"
"""Eight letters or more that lz-string may have written."""


def page() -> list[bytes]:
    """Parts in which her values stand plainly, escaped, encoded, packed and glued."""
    plain = "Åstrid Öberg, astrid.oberg@skola.test, 070-174 06 05 &amp; =C3=85strid \\u00c5strid".encode()
    packed = [gzip.compress(plain, mtime=0), zlib.compress(plain), zlib.compress(plain, wbits=-zlib.MAX_WBITS)]
    encoded = [code(one) for one in (plain, *packed) for code in (base64.b64encode, base64.b32encode, bytes.hex)]
    texts = [one.encode() if isinstance(one, str) else one for one in encoded]
    quoted = urllib.parse.quote(plain).encode()
    return [plain, quoted, *packed, b"data=" + b"&more=".join(texts), LZSTRING * 4]


def main() -> int:
    """Compile; returns the status to end with."""
    found = search(page(), index_of({ASTRID.id: ASTRID})).found
    modules = [getattr(kernels, name) for name in kernels.__all__]
    loops = {
        f"{made.__module__}.{loop}": len(made.signatures)
        for module in modules
        for loop, made in vars(module).items()
        if hasattr(made, "signatures") and made.__module__ == module.__name__
    }
    missing = sorted(loop for loop, signatures in loops.items() if not signatures)
    print(f"{len(found)} finds, {len(loops) - len(missing)} loops compiled; not: {', '.join(missing) or 'none'}")
    return 1 if missing or not found else 0


if __name__ == "__main__":
    sys.exit(main())
