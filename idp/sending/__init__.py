"""What the school's senders of rosters have in common, whichever protocol a receiver speaks."""
