"""The kinds of service that take the national tests' provisioning, with what each kind needs of people."""

from collections.abc import Mapping
from types import MappingProxyType

from sp_mocks.behaviour import EPPN
from sp_mocks.profiles import Profile
from sp_mocks.provisioning.behaviour import ProvisioningBehaviour
from testbed.model.written import Bilingual

_ALL: tuple[Profile[ProvisioningBehaviour], ...] = (
    Profile(
        id="test-platform",
        title=Bilingual(
            sv="Provplattform som skolor skickar elever, lärare och grupper till inför nationella prov",
            en="A test platform that schools send pupils, teachers and groups before national tests",
        ),
        heading=Bilingual(sv="Dina prov", en="Your tests"),
        items=(
            Bilingual(sv="Matematik, delprov C", en="Mathematics, part C"),
            Bilingual(sv="Matematik, delprov D", en="Mathematics, part D"),
        ),
        behaviour=ProvisioningBehaviour(
            required=(EPPN, "givenName", "sn", "norEduPersonNIN", "sisSchoolUnitCode", "sisSchoolGrade"),
            optional=("mail", "sisSchoolCourseStudent", "sisSchoolCourseTeacher"),
        ),
    ),
)
PROVISIONING_PROFILES: Mapping[str, Profile[ProvisioningBehaviour]] = MappingProxyType({one.id: one for one in _ALL})
"""Of vendors that take the national tests' provisioning."""
