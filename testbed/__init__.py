"""The school federation testbed: play logins and exchanges, intercept them, judge them, report."""
