"""One resource at a receiver that holds something else than was thought."""

from typing import Any

import httpx
import pytest
from egil_lab import URL, calls_to, scim

from idp.scim.kinds import Kind
from idp.scim.writing import delete, write
from idp.sending.reconciling import Fate

pytestmark = pytest.mark.anyio
NAME = "6561043b-c636-4247-8487-6561043bc636"
OURS = {"id": NAME, "externalId": NAME}
HTML = httpx.Response(409, headers={"content-type": "text/html"}, content=b"<html>")


class Receiving:
    """Calls to a receiver that answers each method so."""

    def __init__(self, **answers: Any) -> None:
        self.answers, self.asked = answers, []
        self.calls = calls_to(self._handle, pause=lambda _: pytest.fail("waits"))

    async def write(self, *, there: bool) -> Fate:
        return await write(self.calls, Kind.STUDENT, NAME, b"{}", there=there)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {str(request.url).removeprefix(URL)}")
        answer = self.answers[request.method]
        return scim(answer) if isinstance(answer, int) else answer


async def test_what_is_new_is_posted() -> None:
    receiving = Receiving(POST=scim(201, OURS))
    assert await receiving.write(there=False) is Fate.CREATED
    assert receiving.asked == ["POST /Users"]


async def test_what_is_there_is_put() -> None:
    receiving = Receiving(PUT=scim(200, OURS))
    assert await receiving.write(there=True) is Fate.REPLACED
    assert receiving.asked == [f"PUT /Users/{NAME}"]


async def test_what_is_there_after_all_is_put() -> None:
    receiving = Receiving(POST=409, PUT=scim(200, OURS))
    assert await receiving.write(there=False) is Fate.REPLACED
    assert receiving.asked == ["POST /Users", f"PUT /Users/{NAME}"]


async def test_what_is_not_there_after_all_is_posted() -> None:
    receiving = Receiving(PUT=404, POST=scim(201, OURS))
    assert await receiving.write(there=True) is Fate.CREATED
    assert receiving.asked == [f"PUT /Users/{NAME}", "POST /Users"]


@pytest.mark.parametrize("there", [True, False])
async def test_a_receiver_that_says_both_is_believed_no_longer(there: bool) -> None:
    receiving = Receiving(PUT=404, POST=409)
    assert await receiving.write(there=there) is Fate.FAILED
    assert len(receiving.asked) == 3


@pytest.mark.parametrize(
    "answer", [200, 202, 204, 301, 307, 400, 404, 410, 500, 502, scim(201, {"id": "another"}), HTML]
)
async def test_another_answer_to_post_is_no_success(answer: Any) -> None:
    assert await Receiving(POST=answer).write(there=False) is Fate.FAILED


@pytest.mark.parametrize("answer", [201, 202, 204, 302, 308, 400, 405, 409, 500, scim(200, {"id": "another"}), HTML])
async def test_another_answer_to_put_is_no_success(answer: Any) -> None:
    assert await Receiving(PUT=answer).write(there=True) is Fate.FAILED


@pytest.mark.parametrize(
    ("status", "fate"),
    [(204, Fate.DELETED), (404, Fate.DELETED), *((other, Fate.FAILED) for other in (200, 202, 303, 409, 500))],
)
async def test_delete(status: int, fate: Fate) -> None:
    receiving = Receiving(DELETE=status)
    assert await delete(receiving.calls, Kind.STUDENT, NAME) is fate
    assert receiving.asked == [f"DELETE /Users/{NAME}"]


async def test_a_page_that_says_404_deletes_nothing() -> None:
    page = httpx.Response(404, headers={"content-type": "text/html"}, content=b"<html>no such site</html>")
    assert await delete(Receiving(DELETE=page).calls, Kind.STUDENT, NAME) is Fate.FAILED
