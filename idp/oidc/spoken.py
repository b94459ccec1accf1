"""Two people, as the school speaks of them to one vendor: whoever logs in, and another in their place."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from idp.directory import Directory
from idp.oidc.claims import Teller
from idp.oidc.clients import Client
from idp.oidc.grants import Grant


@dataclass(frozen=True, slots=True)
class Spoken:
    """One of them."""

    grant: Grant
    said: Mapping[str, tuple[str, ...]]
    """By canonical name, and ``sub``."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says it."""

    directory: Directory
    teller: Teller

    def spoken(self, client: Client, grant: Grant) -> Spoken:
        """Whoever logged in; of somebody whom the school knows no longer, the name alone."""
        person = self.directory.get(grant.person)
        if person is None:
            return Spoken(grant, {"sub": (grant.sub,)})
        decided = self.teller.decide(client, person, grant.strength, grant.wanted)
        return Spoken(grant, {**decided.attributes, "sub": (grant.sub,)})

    def other(self, client: Client, grant: Grant, person_id: str) -> Spoken:
        """Another person, as if they had logged in as this one has.

        Raises:
            ValueError: the school knows nobody of this id, or the agreement keeps them out.
        """
        person = self.directory.get(person_id)
        if person is None:
            raise ValueError(f"the school has nobody called {person_id!r}")
        decided = self.teller.decide(client, person, grant.strength, grant.wanted)
        if not decided.may_log_in:
            raise ValueError(f"{person_id!r} may not log in there")
        told = self.teller.tell(client, person, decided, grant.wanted)
        theirs = replace(grant, person=person.id, sub=told.sub, userinfo=told.userinfo, id_token=told.id_token)
        return Spoken(theirs, {**decided.attributes, "sub": (told.sub,)})
