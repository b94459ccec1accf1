"""Peer: the response tests of spid-sp-test. Runs in .venv-spid; prints one JSON line.

spid_responses.py FILE

FILE is JSON: ``metadata_url`` and ``authn_url`` of the service, ``idp`` (the tool's entity id), ``keys`` (a folder with
private.key and public.cert, which the service trusts) and ``attributes`` (what the tool says of its person, by SAML
names).

The tool is for services of SPID. Four things are bent so that another service can be tried at all; the messages and
the judgement stay the tool's own:

* It takes signed requests alone, and reads the service's name from the NameQualifier of their Issuer, as SPID has it
  and SAML does not. The plugin below, which is the tool's own way to adapt requests, takes others too and writes the
  name there.
* Its attributes have no NameFormat. They get the one of URIs.
* Its signatures have an empty X509Certificate, at which some libraries stumble. They get the certificate.
* Its HTTP client, as is right, sends no Secure cookie over plain http. Here it does.
"""

import json
import os
import sys
import time
from http.cookiejar import Cookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

if __name__ == "__main__":
    TOLD = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    # NOTE: the tool reads these when it is imported.
    os.environ |= {"IDP_ENTITYID": TOLD["idp"], "IDP_CERT_PATH": TOLD["keys"]}

import requests
from lxml import etree
from requests.cookies import RequestsCookieJar
from spid_sp_test.metadata import SpidSpMetadataCheck
from spid_sp_test.plugins.authn_request import Base
from spid_sp_test.response import SpidSpResponseCheck
from spid_sp_test.responses import settings
from spid_sp_test.utils import decode_authn_req_http_redirect

ISSUER = "{urn:oasis:names:tc:SAML:2.0:assertion}Issuer"
NAME_FORMAT = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
PLUGIN = "spid_responses.Plain"


class AnySchemeJar(RequestsCookieJar):
    """Cookies, sent over plain http though they are Secure."""

    def set_cookie(self, cookie: Cookie, *args: object, **kwargs: object) -> None:
        """As if it were not."""
        cookie.secure = False
        super().set_cookie(cookie, *args, **kwargs)


class Plain(Base):  # type: ignore[misc]
    """How requests reach the tool, and its answers the service."""

    def request(self) -> dict[str, Any]:
        """A request of the service, with its name where the tool looks for it."""
        self.requests_session.cookies = AnySchemeJar()
        answer = self.requests_session.get(self.authn_request_url, allow_redirects=False)
        query = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
        root = etree.fromstring(decode_authn_req_http_redirect(query["SAMLRequest"]).encode("utf-8"))
        issuer = root.find(ISSUER)
        issuer.set("NameQualifier", issuer.text)
        return {**query, "SAMLRequest_xml": etree.tostring(root), "requests_session": self.requests_session}

    def response(self, url: str, data: dict[str, Any] | None = None, **_: object) -> requests.Response:
        """As the tool does without a plugin."""
        answer: requests.Response = self.requests_session.post(url, data=data, allow_redirects=True)
        return answer


def main() -> None:
    """All cases, each by itself, so that one that the tool cannot make leaves the others."""
    settings.ATTRIBUTE_TMPL = settings.ATTRIBUTE_TMPL.replace(
        'Name="{{ name }}"', f'Name="{{{{ name }}}}" NameFormat="{NAME_FORMAT}"'
    )
    metadata = SpidSpMetadataCheck(metadata_url=TOLD["metadata_url"], production=False)
    metadata.load()
    keys = Path(TOLD["keys"])
    attributes = keys / "attributes.json"
    attributes.write_text(json.dumps(TOLD["attributes"]), encoding="utf-8")
    start, results = time.monotonic(), []
    for name in settings.RESPONSE_TESTS:
        check = SpidSpResponseCheck(
            metadata_etree=metadata.doc,
            authn_request_url=TOLD["authn_url"],
            relay_state="",
            test_names=[name],
            attr_json=str(attributes),
            key_file=f"{keys / 'private.key'},{keys / 'public.cert'}",
            authn_plugin=PLUGIN,
            requests_session=requests.Session(),
        )
        try:
            check.test_profile_spid_sp()
        except Exception as error:
            results.append({"test_id": name, "result": "error", "value": f"{type(error).__name__}: {error}"})
        # NOTE: of a case that fails the tool's own report has lost the name.
        results += [result | {"test_id": name} for result in check.results]
    print(json.dumps({"seconds": time.monotonic() - start, "results": results}))


if __name__ == "__main__":
    main()
