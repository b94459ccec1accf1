"""Whether a server would speak by a version of TLS that is too old."""

import asyncio
import ssl
import warnings

from testbed.certify.desk import NotToBeSeen

NEITHER = NotToBeSeen("Den här datorn kan själv inte tala TLS 1.1.", "This machine itself cannot speak TLS 1.1.")


async def agreed_weakly(host: str, port: int, within_s: float) -> str:
    """Connect by TLS 1.0 or 1.1, and send nothing; the version that was agreed, "" where the server would not.

    Raises:
        NotToBeSeen: this machine's own library will not.
    """
    try:
        async with asyncio.timeout(within_s):
            _, writer = await asyncio.open_connection(host, port, ssl=weak(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)))
    except ssl.SSLError as error:
        if error.reason == "NO_PROTOCOLS_AVAILABLE":
            raise NEITHER from error
        return ""
    except (OSError, TimeoutError):
        return ""
    agreed = writer.get_extra_info("ssl_object").version()
    writer.close()
    return str(agreed)


def weak(context: ssl.SSLContext) -> ssl.SSLContext:
    """The same, which speaks TLS 1.0 and 1.1 alone, and does not ask whom it speaks to."""
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        # NOTE: that these versions are not to be used any more is what is tried.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    return context
