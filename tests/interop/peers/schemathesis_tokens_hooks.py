"""Who asks the token service for what, told to Schemathesis, which imports this; it knows nothing of the testbed."""

from typing import Any

import schemathesis

CLIENT = {"key": "https://lasning.test"}
ACCESS = [{"type": "ss12000-api", "locations": ["https://api.skola.test/v2.0"]}]
"""Of the one who shows its key, and what it may have."""


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """No schema can say whom the service knows, so a well-formed request is made one of theirs."""
    means_well = case.meta is None or case.meta.generation.mode.is_positive
    if means_well and isinstance(case.body, dict) and case.body.get("access_token"):
        case.body["client"] = CLIENT
        case.body["access_token"] = [one | {"access": ACCESS} for one in case.body["access_token"]]
