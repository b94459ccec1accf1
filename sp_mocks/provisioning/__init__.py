"""A vendor that schools send rosters as the national tests have it (Skolverket's provisioning API)."""
