"""The kinds of service that are fed with rosters, with what each kind needs of them."""

from collections.abc import Mapping
from types import MappingProxyType

from sp_mocks.behaviour import EPPN
from sp_mocks.exchange.behaviour import ExchangeBehaviour
from sp_mocks.profiles import Profile
from testbed.model.written import Bilingual

_ALL: tuple[Profile[ExchangeBehaviour], ...] = (
    Profile(
        id="class-lists",
        title=Bilingual(
            sv="Lärplattform som hämtar klasser, elever och lärare från skolans system",
            en="A learning platform that fetches classes, pupils and teachers from the school's system",
        ),
        heading=Bilingual(sv="Dina klasser", en="Your classes"),
        items=(
            Bilingual(sv="Veckans planering", en="Plan of the week"),
            Bilingual(sv="Inlämningar", en="Assignments"),
        ),
        behaviour=ExchangeBehaviour(
            required=(EPPN, "givenName", "sn", "sisSchoolUnitCode"),
            optional=("sisSchoolCourseStudent", "sisSchoolCourseTeacher"),
        ),
    ),
)
EXCHANGE_PROFILES: Mapping[str, Profile[ExchangeBehaviour]] = MappingProxyType({one.id: one for one in _ALL})
"""Of vendors that fetch rosters."""
