"""Tokens for machines: bought by mutual TLS (in the manner of GNAP), and verified by the API that they are for."""
