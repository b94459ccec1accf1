"""The school's EGIL sender: it keeps a receiver's copy of the roster as the agreement has it, by SCIM 2.0."""
