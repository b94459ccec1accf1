"""Simulated vendors of OpenID Connect: relying parties that are compliant but for at most one decision."""
