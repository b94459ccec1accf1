"""Attacks on a vendor's login, and the verdict: did this browser get a session, and whose?"""
