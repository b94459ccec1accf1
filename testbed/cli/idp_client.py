"""The options by which ``testbed idp serve`` registers a client of OpenID Connect, and what they come to."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer
from pydantic import ValidationError

from testbed.lab.outside_clients import WITHOUT_SECRET, WantedClient, merged
from testbed.model.files import ScenarioInvalid, load
from testbed.model.scopes import SCOPES
from testbed.model.wording import in_words
from testbed.model.written import ClientAuthentication, OidcClient

ClientId = Annotated[
    str | None, typer.Option(help="Registers a client of OpenID Connect for this run; needs --redirect-uri.")
]
SecretVariable = Annotated[
    str | None,
    typer.Option("--client-secret-env", metavar="VAR", help="The environment variable that holds its secret."),
]
RedirectUris = Annotated[list[str] | None, typer.Option("--redirect-uri", help="Of the client; may be repeated.")]
AfterLogout = Annotated[
    list[str] | None, typer.Option("--post-logout-redirect-uri", help="Of the client; may be repeated.")
]
BackChannel = Annotated[
    str | None, typer.Option("--backchannel-logout-uri", help="Where the school posts logout tokens.")
]
JwksUri = Annotated[
    str | None, typer.Option("--jwks-uri", help="The client's own keys: it proves who it is by private_key_jwt.")
]
SigningAlgorithm = Annotated[Literal["RS256", "ES256"], typer.Option(help="How its ID tokens are signed.")]
Scopes = Annotated[
    list[str] | None,
    typer.Option("--scope", help="That it may ask for, one or several in quotes; left out: all. May be repeated."),
]
Method = Annotated[
    Literal["client_secret_basic", "client_secret_post"] | None,
    typer.Option("--token-endpoint-auth-method", help="How it sends its secret; left out: client_secret_basic."),
]
ClientFiles = Annotated[
    list[Path] | None,
    typer.Option("--client", metavar="FILE", help="A client registered by a file (docs/oidc.md); may be repeated."),
]


@dataclass(frozen=True, slots=True)
class ClientUris:
    """Its addresses, as far as they were said."""

    redirect: tuple[str, ...]
    post_logout_redirect: tuple[str, ...]
    backchannel_logout: str | None
    jwks: str | None


@dataclass(frozen=True, slots=True)
class ClientOptions:
    """What was said about one client on the command line."""

    client_id: str | None
    secret_variable: str | None
    uris: ClientUris
    algorithm: Literal["RS256", "ES256"]
    scopes: tuple[str, ...]
    method: Literal["client_secret_basic", "client_secret_post"] | None

    @property
    def given(self) -> bool:
        """Whether anything about a client was said beside its ID."""
        return self.uris != NO_URIS or bool(self.secret_variable or self.scopes or self.method)


NO_URIS = ClientUris((), (), None, None)


def clients(options: ClientOptions, files: list[Path]) -> tuple[WantedClient, ...]:
    """Every client that the command line names.

    Raises:
        ScenarioInvalid: an option or a file that cannot be meant so.
    """
    return merged({file: load(file, OidcClient) for file in files}, _by_hand(options))


def _by_hand(options: ClientOptions) -> WantedClient | None:
    if options.client_id is None:
        if options.given:
            raise ScenarioInvalid("--client-id", "", "is missing, and other options speak of a client", "add it")
        return None
    if not options.uris.redirect:
        raise ScenarioInvalid("--redirect-uri", "", f"is missing for {options.client_id}", "say where logins end")
    secret, method = _secret(options.secret_variable), _method(options)
    if secret and method in WITHOUT_SECRET:
        raise ScenarioInvalid("--jwks-uri", "", "and --client-secret-env exclude each other", "leave one of them out")
    scopes = tuple(scope for given in options.scopes for scope in given.split()) or tuple(SCOPES)
    if unknown := [scope for scope in scopes if scope not in SCOPES]:
        raise ScenarioInvalid("--scope", unknown[0], "is no scope", f"use some of {', '.join(SCOPES)}")
    try:
        client = OidcClient(
            client_id=options.client_id,
            redirect_uris=options.uris.redirect,
            scopes=scopes,
            post_logout_redirect_uris=options.uris.post_logout_redirect,
            backchannel_logout_uri=options.uris.backchannel_logout,
            jwks_uri=options.uris.jwks,
            token_endpoint_auth_method=method,
            id_token_signed_response_alg=options.algorithm,
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0]).removesuffix("s").replace("_", "-")
        _, problem, mend = in_words(error, OidcClient)
        raise ScenarioInvalid(f"--{name}", str(first["input"]), problem, mend) from error
    return WantedClient(client, secret)


def _method(options: ClientOptions) -> ClientAuthentication:
    """A client without a secret and without keys is a public one, which PKCE alone protects."""
    if options.uris.jwks:
        return "private_key_jwt"
    if options.secret_variable is None and options.method is None:
        return "none"
    return options.method or "client_secret_basic"


def _secret(variable: str | None) -> str:
    if variable is None:
        return ""
    secret = os.environ.get(variable, "")
    if not secret:
        raise ScenarioInvalid("--client-secret-env", variable, "is not set, or empty", "export it before the command")
    return secret
