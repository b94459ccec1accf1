"""Images for tests: the testbed's own with one program more."""

import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from testbed.lab.containers.engine import engine
from testbed.lab.containers.engine import image as image_name

RECIPE = """
FROM {image}
COPY {program} /{program}
ENTRYPOINT []
CMD ["python", "/{program}"]
"""


@contextmanager
def image_of(program: Path, tag: str) -> Iterator[str]:
    """One that runs this program; it is taken away again."""
    with engine() as client:
        context = io.BytesIO()
        with tarfile.open(fileobj=context, mode="w") as tar:
            recipe = RECIPE.format(image=image_name(client), program=program.name).encode()
            for name, content in (("Dockerfile", recipe), (program.name, program.read_bytes())):
                member = tarfile.TarInfo(name)
                member.size, member.mode = len(content), 0o644
                tar.addfile(member, io.BytesIO(content))
        context.seek(0)
        client.images.build(fileobj=context, custom_context=True, tag=tag, network_mode="none", rm=True)
        yield tag
        client.images.remove(tag, force=True)
