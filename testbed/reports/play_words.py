"""What plays are called: logins that somebody made, or exchanges of data between servers."""

from collections.abc import Iterable
from dataclasses import dataclass

from testbed.model.vendor import FED
from testbed.model.verdict import Judgement
from testbed.model.written import Bilingual


@dataclass(frozen=True, slots=True)
class PlayWords:
    """The words for some plays."""

    played: Bilingual
    """The head of a list of them."""
    each: Bilingual
    """The head of what is said of each."""
    met_sv: str
    met_en: str

    def met(self, many: int, of: int) -> Bilingual:
        """That so many of them went as their scenario expects."""
        return Bilingual(sv=self.met_sv.format(many, of), en=self.met_en.format(many, of))


LOGINS = PlayWords(
    Bilingual(sv="Spelade inloggningar", en="Logins played"),
    Bilingual(sv="Varje inloggning för sig", en="Each login by itself"),
    "{} av {} spelade inloggningar gick som scenariot väntade sig.",
    "{} of {} logins played went as their scenario expects.",
)
EXCHANGES = PlayWords(
    Bilingual(sv="Spelade datautbyten", en="Exchanges of data played"),
    Bilingual(sv="Varje datautbyte för sig", en="Each exchange of data by itself"),
    "{} av {} spelade datautbyten gick som scenariot väntade sig.",
    "{} of {} exchanges of data played went as their scenario expects.",
)
BOTH = PlayWords(
    Bilingual(sv="Spelade inloggningar och datautbyten", en="Logins and exchanges of data played"),
    Bilingual(sv="Varje inloggning och datautbyte för sig", en="Each login and exchange of data by itself"),
    "{} av {} spelade inloggningar och datautbyten gick som scenariot väntade sig.",
    "{} of {} logins and exchanges of data played went as their scenario expects.",
)


def play_words(judgements: Iterable[Judgement]) -> PlayWords:
    """The words for these plays."""
    kinds = {judgement.play.vendor.protocol in FED for judgement in judgements}
    if kinds == {True}:
        return EXCHANGES
    return BOTH if len(kinds) > 1 else LOGINS
