"""The school's data API of SS 12000:2020: what a vendor's server may fetch about the school's people, and no more."""
