"""A vendor that schools send rosters to, by EGIL: SCIM 2.0 (RFC 7643, 7644) with the resources of SS 12000:2018."""
