"""Starts a vendor's own program and is its only road: what it sends leads to the proxy, and goes no further."""
