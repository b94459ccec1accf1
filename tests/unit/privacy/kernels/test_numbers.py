"""Numbers that are told apart are different ones."""

from testbed.privacy.kernels import numbers as of


def test_every_flag_is_a_bit_of_its_own_in_one_octet() -> None:
    flags = (of.PERCENT, of.BACKSLASH, of.ENTITY, of.LINE, of.QUOTED, of.WIDE, of.APART, of.SIGNED)
    assert sum(flags) == 0xFF
    assert all(flag.bit_count() == 1 for flag in flags)


def test_what_stands_in_place_of_a_skeleton_is_no_skeleton() -> None:
    assert min(of.DROPPED, of.HARD) >= 0x80
    assert len({of.DONE, of.AS_LATIN, of.TOO_HARD}) == 3
