"""The side of a vendor that schools feed with rosters: it fetches them from a data API, without anybody logging in."""
