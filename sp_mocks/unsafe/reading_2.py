"""Mistakes with what is read once a signature is good."""

from sp_mocks.unsafe.fault import UnsafeFault, lax, row

READING_2: tuple[UnsafeFault, ...] = (
    row(
        "opens-what-is-unsigned",
        "Litar på det som är krypterat till tjänsten.",
        "Trusts what is encrypted to the service.",
        "saml-encrypted-unsigned saml-encrypted-edited saml-encrypted-by-a-stranger",
        lax(opens_unsigned=True),
    ),
)
