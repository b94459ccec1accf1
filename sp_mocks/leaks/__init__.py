"""What faulty vendors pass on about whoever logs in, in many wrappings and by many ways.

A leak is a value and no code of the vendor's: :mod:`sp_mocks.onward` does what it says. All that it can pass on is what
the vendor was told at login.
"""
