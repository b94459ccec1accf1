"""The kinds of service that schools send rosters to, with what each kind needs of them."""

from collections.abc import Mapping
from types import MappingProxyType

from sp_mocks.behaviour import EPPN
from sp_mocks.profiles import Profile
from sp_mocks.receiving.behaviour import ReceivingBehaviour
from testbed.model.written import Bilingual

_ALL: tuple[Profile[ReceivingBehaviour], ...] = (
    Profile(
        id="pupil-accounts",
        title=Bilingual(
            sv="Kontotjänst som skolan skickar sina elever, grupper och lärare till",
            en="An account service that the school sends its pupils, groups and teachers to",
        ),
        heading=Bilingual(sv="Ditt konto", en="Your account"),
        items=(
            Bilingual(sv="Byt lösenord", en="Change password"),
            Bilingual(sv="Dina tjänster", en="Your services"),
        ),
        behaviour=ReceivingBehaviour(
            required=(EPPN, "givenName", "sn", "sisSchoolUnitCode"),
            optional=("sisSchoolGrade", "sisSchoolCourseStudent", "sisSchoolCourseTeacher"),
        ),
    ),
)
RECEIVING_PROFILES: Mapping[str, Profile[ReceivingBehaviour]] = MappingProxyType({one.id: one for one in _ALL})
"""Of vendors that schools send rosters to."""
