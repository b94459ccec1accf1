"""The cookies that vendors set."""

SESSION, BROWSER = "__Host-session", "__Host-login"
"""Of a session, and of a browser that has begun a login."""
NO_STORE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
"""Headers of answers that lead on with something in the address."""
