"""The federation's operator: publishes its members' metadata, signed, and lets people choose their school."""
