"""Play scenarios in a lab, judge what the journal holds, and keep it all in a run's folder."""
