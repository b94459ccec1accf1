"""Federated TLS (RFC 9932): the federation's signed metadata of machines, published, read and held against callers."""
