"""The lab in containers: every participant in a network of its own, and the gateway the only road out of it."""
