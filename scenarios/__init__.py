"""What is played: flows as code, and scenarios, vendors, agreements and suites as data."""
