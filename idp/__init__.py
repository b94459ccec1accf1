"""The mock school: it plays a real identity provider for invented people only."""
