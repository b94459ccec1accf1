"""What no schema can say of the data API, told to Schemathesis, which imports this; it knows nothing of the testbed.

Nothing here leaves a check out: it keeps requests sensible, and names two refusals that are right.
"""

from typing import Any

import schemathesis

PAGE_TOKEN, TARGET = "pageToken", "target"
BESIDE_A_TOKEN = {PAGE_TOKEN, "limit"}
RIGHTLY_REFUSED = (
    "the page token is not good here; begin with the first page",
    "a subscription ends later than now",
)
"""As the API says it, of a token that was made up, or was given for another list, and of a moment in the past."""


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """A page token goes with a limit alone, and a notice to the caller's own host: no schema can say either."""
    if case.meta is not None and not case.meta.generation.mode.is_positive:
        return
    query = case.query or {}
    if PAGE_TOKEN in query and query.keys() - BESIDE_A_TOKEN:
        # NOTE: one that an answer brought is used; one that was made up would hide what the other parameters do.
        unwanted = query.keys() - BESIDE_A_TOKEN if _is_the_apis_own(query[PAGE_TOKEN]) else {PAGE_TOKEN}
        for name in unwanted:
            del query[name]
    if isinstance(case.body, dict) and TARGET in case.body:
        case.body[TARGET] = "https://lasning.test/changes"


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Whether this is one: a well-formed request that is refused is, unless that was right."""
    if type(failure).__name__ != "RejectedPositiveData" or response.status_code != 400:
        return True
    return response.json()["message"] not in RIGHTLY_REFUSED


def _is_the_apis_own(token: object) -> bool:
    return isinstance(token, str) and token.startswith("gAAAA")
