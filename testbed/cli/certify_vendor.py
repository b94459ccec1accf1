"""Which vendors ``testbed certify`` is to try: by flags for a first try, by file for the rest."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from testbed.lab.permission import LOOPBACK_ONLY, Permission, permission_of
from testbed.model.files import ScenarioInvalid, load
from testbed.model.scopes import SCOPES
from testbed.model.wire import host_of
from testbed.model.wording import in_words
from testbed.model.written import Agreement, OidcClient, Vendor
from testbed.runner.catalogue import load_catalogue


@dataclass(frozen=True, slots=True)
class Flags:
    """A vendor as the command line describes it."""

    saml_metadata: str | None = None
    oidc: bool = False
    login: str | None = None
    probe: str | None = None
    client_id: str | None = None
    secret_variable: str | None = None
    redirect_uri: str | None = None
    logout: str | None = None
    backchannel: str | None = None
    after_logout: str | None = None
    return_param: str = ""
    trusts_second_school: bool = False
    takes_unsolicited: bool = False
    skew: int | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """As they were given."""
        named = (
            ("--saml-metadata", self.saml_metadata),
            ("--login", self.login),
            ("--probe", self.probe),
            ("--client-id", self.client_id),
            ("--client-secret-env", self.secret_variable),
            ("--redirect-uri", self.redirect_uri),
            ("--logout", self.logout),
            ("--backchannel-logout-uri", self.backchannel),
            ("--post-logout-redirect-uri", self.after_logout),
            ("--return-param", self.return_param or None),
            ("--skew", None if self.skew is None else str(self.skew)),
        )
        words = ["--oidc"] if self.oidc else []
        for name, value in named:
            words += [name, value] if value is not None else []
        yes = (("--trusts-second-school", self.trusts_second_school), ("--takes-unsolicited", self.takes_unsolicited))
        return (*words, *(name for name, given in yes if given))


@dataclass(frozen=True, slots=True)
class Named:
    """A vendor that is to be certified."""

    vendor: Vendor
    words: tuple[str, ...]
    """That name it on the command line."""
    secret: str = field(default="", repr=False)
    agreement: tuple[Path, Agreement] | None = None
    permission: Permission = LOOPBACK_ONLY


def of_flags(flags: Flags, agreement: Path | None) -> Named:
    """The vendor that flags describe.

    Raises:
        ScenarioInvalid: a flag is missing, or one cannot be meant so.
    """
    if not flags.oidc and flags.saml_metadata is None:
        raise ScenarioInvalid(
            "testbed certify", "", "names no vendor", "give a vendor's file, or --saml-metadata or --oidc with flags"
        )
    _must_be_of_one_protocol(flags)
    for name, value in (("--login", flags.login), ("--probe", flags.probe)):
        if value is None:
            raise ScenarioInvalid(name, "", "is missing", "name a URL on loopback")
    described: dict[str, object] = {
        "id": _id(flags.login or ""),
        "name": host_of(flags.login or ""),
        "protocol": "oidc" if flags.oidc else "saml",
        "login": flags.login,
        "probe": {"url": flags.probe},
        "logout": flags.logout,
        "return_param": flags.return_param,
        "trusts_second_school": flags.trusts_second_school,
        "unsolicited": flags.takes_unsolicited,
        "clock_skew_s": flags.skew,
    }
    described |= {"client": _client(flags)} if flags.oidc else {"metadata": flags.saml_metadata}
    try:
        vendor = Vendor.model_validate(described)
    except ValidationError as error:
        raise _wrong_flag(error, Vendor, "--login") from error
    words = (*flags.words, *(("--agreement", str(agreement)) if agreement else ()))
    allowed = permission_of(vendor, "the command line", _today())
    return Named(vendor, words, _secret(flags), _agreement(agreement), allowed)


def _client(flags: Flags) -> OidcClient:
    if flags.client_id is None or flags.redirect_uri is None:
        missing = "--client-id" if flags.client_id is None else "--redirect-uri"
        raise ScenarioInvalid(missing, "", "is missing for a vendor of OpenID Connect", "add it")
    try:
        return OidcClient(
            client_id=flags.client_id,
            redirect_uris=(flags.redirect_uri,),
            scopes=tuple(SCOPES),
            post_logout_redirect_uris=(flags.after_logout,) if flags.after_logout else (),
            backchannel_logout_uri=flags.backchannel,
            token_endpoint_auth_method="client_secret_basic" if flags.secret_variable else "none",
        )
    except ValidationError as error:
        raise _wrong_flag(error, OidcClient, "--client-id") from error


def _must_be_of_one_protocol(flags: Flags) -> None:
    """Hold that no flag is passed over, for it is about the other protocol.

    Raises:
        ScenarioInvalid: one is.
    """
    saml = (("--saml-metadata", flags.saml_metadata), ("--takes-unsolicited", flags.takes_unsolicited or None))
    oidc = (
        ("--client-id", flags.client_id),
        ("--client-secret-env", flags.secret_variable),
        ("--redirect-uri", flags.redirect_uri),
        ("--backchannel-logout-uri", flags.backchannel),
        ("--post-logout-redirect-uri", flags.after_logout),
    )
    here, foreign = ("OpenID Connect (--oidc)", saml) if flags.oidc else ("SAML", oidc)
    for name, value in foreign:
        if value is not None:
            given = "" if value is True else str(value)
            raise ScenarioInvalid(name, given, f"means nothing for a vendor of {here}", "leave one of them out")


FLAGS = {
    "metadata": "--saml-metadata",
    "clock_skew_s": "--skew",
    "redirect_uris": "--redirect-uri",
    "backchannel_logout_uri": "--backchannel-logout-uri",
    "post_logout_redirect_uris": "--post-logout-redirect-uri",
}
"""By the field that each fills, where its name is another."""


def _wrong_flag(error: ValidationError, kind: type[BaseModel], otherwise: str) -> ScenarioInvalid:
    place, problem, mend = in_words(error, kind)
    field_ = place.partition(".")[0]
    name = FLAGS.get(field_, f"--{field_.replace('_', '-')}" if field_ else otherwise)
    given = error.errors(include_url=False)[0]["input"]
    return ScenarioInvalid(name, given[:200] if isinstance(given, str) else "", problem, mend)


def _secret(flags: Flags) -> str:
    if flags.secret_variable is None:
        return ""
    secret = os.environ.get(flags.secret_variable, "")
    if not secret:
        raise ScenarioInvalid(
            "--client-secret-env", flags.secret_variable, "is not set, or empty", "export it before the command"
        )
    return secret


def of_paths(paths: Sequence[Path], agreement: Path | None, flags: Flags) -> tuple[Named, ...]:
    """The vendors in these files, and in the files of these folders.

    Raises:
        ScenarioInvalid: a file is wrong, a folder holds none, or flags describe another vendor besides.
    """
    if flags != Flags(secret_variable=flags.secret_variable):
        raise ScenarioInvalid(
            "testbed certify", " ".join(flags.words), "describes a vendor besides the file", "write it into the file"
        )
    files: list[Path] = []
    for path in paths:
        inside = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
        if not inside:
            raise ScenarioInvalid(path, "", "holds no vendor's file (*.yaml)", "name a folder of vendors' files")
        files += inside
    return tuple(_of_file(file, agreement, flags) for file in files)


def _of_file(file: Path, agreement: Path | None, flags: Flags) -> Named:
    vendor = load(file, Vendor)
    words = (str(file), *(("--agreement", str(agreement)) if agreement else ()))
    allowed = LOOPBACK_ONLY if vendor.simulated else permission_of(vendor, str(file), _today())
    return Named(vendor, words, _secret(flags), _agreement(agreement) or _beside(vendor, file), allowed)


def _today() -> date:
    return datetime.now(UTC).date()


def _agreement(path: Path | None) -> tuple[Path, Agreement] | None:
    return None if path is None else (path, load(path, Agreement))


def _beside(vendor: Vendor, file: Path) -> tuple[Path, Agreement] | None:
    """The agreement that a vendor's file names: beside it, in a folder ``agreements`` beside that, or the project's."""
    if vendor.agreement is None:
        return None
    for folder in (file.parent, file.parent / "agreements", file.parent.parent / "agreements"):
        path = folder / f"{vendor.agreement}.yaml"
        if path.is_file() and path != file:
            return path, load(path, Agreement)
    known = load_catalogue()
    if vendor.agreement in known.agreements:
        return known.sources[("agreement", vendor.agreement)], known.agreements[vendor.agreement]
    raise ScenarioInvalid(
        file, "agreement", f"there is no {vendor.agreement}.yaml", "put it beside, or use --agreement"
    )


def _id(login: str) -> str:
    host = urlsplit(login).netloc.lower()
    return "".join(sign if sign.isalnum() else "-" for sign in host).strip("-") or "vendor"
