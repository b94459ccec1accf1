"""The data API, described for programs (OpenAPI 3.1), from the tables that it answers by."""
