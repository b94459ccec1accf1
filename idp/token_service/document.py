"""The token service, described for programs (OpenAPI 3.1)."""

from http import HTTPStatus
from typing import get_args

from idp.openapi import DOCUMENT, TEXT, Schema, closed, listed, one_of, ref, schemas_of
from idp.token_service.asking import BEARER, Transaction
from idp.token_service.refused import Denial

type Json = dict[str, object]

_ABOUT = """\
Tokens for machines, in the manner of GNAP (RFC 9635). Who asks is proven by mutual TLS: the caller shows a key that the
federation has of the entity that it names, or the certificate that it names.
"""
_GIVEN = closed(
    {
        "value": TEXT,
        "access": listed(ref("Access"), least=1),
        "expires_in": {"type": "integer", "minimum": 1},
        "flags": listed(one_of((BEARER,)), least=1),
    }
)
_KEY = closed(dict.fromkeys(("kty", "crv", "x", "y", "kid", "alg", "use"), TEXT), optional=("alg", "use"))
_DENIED = {
    HTTPStatus.BAD_REQUEST: "The body is no transaction, or asks for another kind of token.",
    HTTPStatus.UNAUTHORIZED: "The caller has not shown the key, or the certificate, of whom it says it is.",
    HTTPStatus.FORBIDDEN: "The caller may not have this access.",
    HTTPStatus.REQUEST_TIMEOUT: "The body did not come in time.",
    HTTPStatus.CONTENT_TOO_LARGE: "The body is too large.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is no JSON.",
    HTTPStatus.SERVICE_UNAVAILABLE: "What the federation says cannot be used just now.",
}
_EXAMPLE: Json = {
    "access_token": [
        {
            "access": [{"type": "ss12000-api", "locations": ["https://api.skola.test"]}],
            "flags": ["bearer"],
        }
    ],
    "client": {"key": "https://klasslistan.test"},
}


def document(transaction: str, jwks: str) -> Json:
    """The document.

    Args:
        transaction: path where tokens are asked for.
        jwks: path of the keys.
    """
    body = {"application/json": {"schema": ref("Transaction"), "example": _EXAMPLE}}
    answers = {str(int(status)): _answer(text, ref("Denied")) for status, text in _DENIED.items()}
    answers["200"] = _answer("The token.", closed({"access_token": _GIVEN}))
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tokens for machines", "version": "1.0.0", "description": _ABOUT},
        "servers": [{"url": "/"}],
        "paths": {
            transaction: {
                "post": {
                    "operationId": "transaction",
                    "summary": "Ask for a token that opens one API.",
                    "security": [{"mutualTLS": []}],
                    "requestBody": {"required": True, "content": body},
                    "responses": answers,
                }
            },
            jwks: _open("keys", "The keys that tokens are verified with.", closed({"keys": listed(_KEY, least=1)})),
            DOCUMENT: _open("document", "This document.", {"type": "object"}),
        },
        "components": {
            "schemas": schemas_of(Transaction) | {"Denied": _denied()},
            "securitySchemes": {"mutualTLS": {"type": "mutualTLS"}},
        },
    }


def _denied() -> Schema:
    """An error of RFC 9635 (3.6), as an object."""
    return closed({"error": closed({"code": one_of(get_args(Denial.__value__)), "description": TEXT})})


def _open(name: str, summary: str, schema: Schema) -> Json:
    return {"get": {"operationId": name, "summary": summary, "responses": {"200": _answer(summary, schema)}}}


def _answer(description: str, schema: Schema) -> Json:
    return {"description": description, "content": _json(schema)}


def _json(schema: Schema) -> Json:
    return {"application/json": {"schema": schema}}
