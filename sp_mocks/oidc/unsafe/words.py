"""What each unsafe fault is called, what it means for a pupil, and the cases that show it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Of one fault."""

    name: str
    sv: str
    en: str
    accepts: tuple[str, ...]
    """Patterns of cases, without the protocol before them."""
    profile: str = "maths-app"


ANYBODY_SV = "vem som helst kan logga in som vilken elev som helst."
ANYBODY_EN = "anybody can log in as any pupil."
SHUT_OUT_SV = "ingen elev kommer in från en skola som följer reglerna men gör på ett annat sätt."
SHUT_OUT_EN = "no pupil gets in from a school that keeps to the rules but does otherwise."
