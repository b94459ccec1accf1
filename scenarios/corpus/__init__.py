"""Captures with ground truth: leaks of a population seeded in many forms, and look-alikes that are none."""
