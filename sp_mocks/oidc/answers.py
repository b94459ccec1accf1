"""What the school's answers must be for a login to go on, and where it may lead in the end."""

import re
from collections.abc import Mapping
from hmac import compare_digest

from markupsafe import Markup

from sp_mocks.oidc.id_token import Subject
from sp_mocks.oidc.reading import Json, text_in
from sp_mocks.oidc.rules import Rules
from sp_mocks.refusal import Refused

LOCAL = re.compile(r"/[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")
"""A page of this service: one slash and then a letter, so that no browser takes it for a host."""
MAX_SAID = 200
KNOWN_IN_ANSWER = frozenset({"access_token", "token_type", "expires_in", "scope", "id_token", "refresh_token"})


def must_be_usable(answer: Json, rules: Rules) -> None:
    """The answer of the token endpoint (RFC 6749, 5.1 and 7.1).

    Raises:
        Refused: its access token is of a type that nobody here understands.
    """
    kind = answer.get("token_type")
    if rules.demands("bearer-as-written") and kind != "Bearer":
        raise Refused("provider-answer-not-usable")
    if rules.demands("expires_in") and "expires_in" not in answer:
        raise Refused("provider-answer-not-usable")
    if rules.demands("nothing-unknown") and answer.keys() - KNOWN_IN_ANSWER:
        raise Refused("provider-answer-not-usable")
    if rules.believes("token-type"):
        return
    if text_in(answer, "token_type", "provider-answer-not-usable").lower() != "bearer":
        raise Refused("provider-answer-not-usable")


def must_be_about(userinfo: Json, sub: str, rules: Rules) -> None:
    """Userinfo tells of whoever the ID token names (OpenID Connect Core 5.3.2).

    Raises:
        Refused: it tells of somebody else, or of nobody.
    """
    if rules.believes("userinfo", "access-token-alone") or (rules.believes("subject-from-userinfo") and not sub):
        return
    said = text_in(userinfo, "sub", "userinfo-of-someone-else")
    if rules.believes("userinfo-likeness") and said.casefold().startswith(sub.casefold()):
        return
    if not compare_digest(said.encode(), sub.encode()):
        raise Refused("userinfo-of-someone-else")


def whoever(subject: Subject, userinfo: Json, rules: Rules) -> Subject:
    """Whom the login is about: whom the ID token names, and nobody else but at a vendor at fault."""
    said = userinfo.get("sub")
    by_userinfo = not subject.sub or rules.believes("userinfo")
    return Subject(said, subject.sid) if by_userinfo and isinstance(said, str) and said else subject


def allowed_return(place: str, base_url: str, rules: Rules) -> str:
    """Where the browser goes once it is logged in: to a page of this service, or "" for the usual one."""
    if rules.believes("any-return") or LOCAL.fullmatch(place):
        return place
    return place if rules.believes("return-beginning") and place.startswith(("/", base_url)) else ""


def said_in(answer: Mapping[str, str], rules: Rules) -> str:
    """What the school says of its error, for the person to read."""
    said = ": ".join(one for one in (answer["error"], answer.get("error_description", "")) if one)[:MAX_SAID]
    if not rules.believes("markup"):
        return said
    # The misdeed itself: what came by the address is taken for HTML.
    link = f'<a href="{answer["error_uri"]}">?</a>' if "error_uri" in answer else ""
    return Markup(f"{said}{link}")  # noqa: S704
