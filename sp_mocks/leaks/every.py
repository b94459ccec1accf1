"""Every leak that a vendor of either protocol can have, by the name of the fault."""

from collections.abc import Mapping
from types import MappingProxyType

from sp_mocks.leaks.digests import DIGESTS
from sp_mocks.leaks.encodings import ENCODINGS
from sp_mocks.leaks.everyday import EVERYDAY
from sp_mocks.leaks.pages import PAGES
from sp_mocks.leaks.row import Row

LEAKS: Mapping[str, Row] = MappingProxyType({row.id: row for row in (*DIGESTS, *ENCODINGS, *EVERYDAY, *PAGES)})
