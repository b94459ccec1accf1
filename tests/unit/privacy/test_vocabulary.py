from testbed.privacy.vocabulary import (
    CONSENT,
    GROUNDS_OF_OTHER_KINDS,
    LEGAL_BASES,
    LEGAL_BASIS_PREFIX,
    LEGITIMATE_INTEREST,
    PURPOSE_PREFIX,
    PURPOSES,
    PURPOSES_OF_IDENTIFICATION,
)


def test_terms_carry_their_prefix() -> None:
    assert all(term.startswith(LEGAL_BASIS_PREFIX) for term in LEGAL_BASES | GROUNDS_OF_OTHER_KINDS)
    assert all(term.startswith(PURPOSE_PREFIX) for term in PURPOSES)


def test_special_terms_are_of_the_vocabulary() -> None:
    assert {CONSENT, LEGITIMATE_INTEREST} <= LEGAL_BASES
    assert not LEGAL_BASES & GROUNDS_OF_OTHER_KINDS
    assert PURPOSES_OF_IDENTIFICATION < PURPOSES
