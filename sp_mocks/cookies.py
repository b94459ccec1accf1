"""The cookies that vendors set."""

SESSION, BROWSER = "__Host-session", "__Host-login"
"""Of a session, and of a browser that has begun a login."""
PLAIN_SESSION = "session"
"""Of a session whose cookie may go unencrypted, at a vendor at fault."""
NO_STORE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
"""Headers of answers that lead on with something in the address."""
