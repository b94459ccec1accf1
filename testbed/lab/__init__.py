"""The composition roots: the only modules that know every participant."""
