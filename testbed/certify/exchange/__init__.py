"""Try the exchange of school data: a vendor that is sent rosters, one that serves them, or one that fetches them."""
