"""The school's sender of rosters as the national tests have it (Skolverket's provisioning API)."""
