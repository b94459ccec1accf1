"""``python egil_child.py FOLDER PORT STEP``: a school's process that pushes once over mutual TLS, and may be killed.

The folder holds the school's database, ``client.pem`` and ``issuer.pem``. What changes before the push depends on the
step alone. Prints whether the push was whole.
"""

import asyncio
import ssl
import sys
from pathlib import Path

import httpx
from egil_lab import Federation, Lab, entity

from idp.people import generate
from idp.scim.kinds import Kind
from idp.sending.sender import Pushed
from idp.sending.terms import Receiver
from testbed.model.written import Person

SEED, PUPILS = 7, 30


def people() -> dict[str, Person]:
    """Of the school."""
    return generate(SEED, PUPILS).people


def change(lab: Lab, step: int) -> None:
    """Somebody leaves, somebody comes back, somebody is called something else."""
    pupils = [one for one in lab.people.values() if one.role == "pupil" and not one.protected]
    lab.roll.leave(pupils[step % 20].id)
    if step > 1:
        lab.roll.put(pupils[(step - 2) % 20])
    other = pupils[20 + step % 3]
    lab.change(other.id, attributes={**other.attributes, "displayName": f"Namn {step}"})


async def push(folder: Path, port: int, step: int) -> Pushed[Kind]:
    """Once."""
    url = f"https://127.0.0.1:{port}/scim/v2"
    federation, hosts = Federation((entity(url),)), frozenset({f"127.0.0.1:{port}"})
    lab = Lab(people(), path=folder / "school.sqlite", federation=federation, hosts=hosts)
    change(lab, step)
    context = ssl.create_default_context(cafile=str(folder / "issuer.pem"))
    context.load_cert_chain(folder / "client.pem")
    async with httpx.AsyncClient(verify=context, trust_env=False) as lab.http:
        lab.restart()
        return await lab.egil.push(Receiver("https://lasning.test", url, lambda: lab.agreement, hosts))


if __name__ == "__main__":
    print(asyncio.run(push(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))).whole)
