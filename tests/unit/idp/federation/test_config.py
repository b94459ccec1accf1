from datetime import timedelta

import pytest

from idp.federation.config import FederationConfig
from testbed.model.written import Bilingual

NAME = Bilingual(sv="F", en="F")


def test_documents_are_valid_for_a_week_and_to_be_fetched_again_after_an_hour() -> None:
    config = FederationConfig("https://md.federation.test", NAME, ())
    assert (config.validity, config.cache_duration) == (timedelta(days=7), timedelta(hours=1))
    assert config.aggregate_url == "https://md.federation.test/aggregate.xml"


@pytest.mark.parametrize("validity", [timedelta(seconds=9), timedelta(), timedelta(days=-1)])
def test_a_validity_that_would_be_over_at_once_is_refused(validity: timedelta) -> None:
    with pytest.raises(ValueError, match="valid for 10 s or longer"):
        FederationConfig("https://md.federation.test", NAME, (), validity)
