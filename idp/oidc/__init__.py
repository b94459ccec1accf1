"""The school's OpenID Connect side: an OpenID Provider with the authorization code flow, and nothing else.

A vendor's request becomes a :class:`idp.wish.LoginWish` (``authorize``); whoever logs in on the shared login page
leads to a code (``answering``), the code to tokens (``token``), an access token to claims (``userinfo``). Only ``jose``
knows the library that signs.
"""
