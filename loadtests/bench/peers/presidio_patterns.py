"""Peer: Presidio's pattern recognisers, on a blank spaCy pipeline. Runs in .venv-peers; prints one JSON line.

presidio_patterns.py TEXTS

TEXTS holds one JSON string a line. All recognisers of patterns that Presidio ships take part, whatever country they are
of, the one of telephone numbers too (for Swedish numbers); those that need a language model or a service do not.
Printed are the CPU time of the analysis and, for each text, its spans: start, end, type.
"""

import inspect
import json
import logging
import resource
import sys
from pathlib import Path
from typing import Any

import presidio_analyzer.predefined_recognizers as shipped
import spacy
import tldextract
from presidio_analyzer import AnalyzerEngine, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import SpacyNlpEngine

LANGUAGE = "en"


class Blank(SpacyNlpEngine):  # type: ignore[misc]
    """Splits into words and knows nothing more."""

    def __init__(self) -> None:
        super().__init__(models=[{"lang_code": LANGUAGE, "model_name": "blank"}])
        self.nlp = {LANGUAGE: spacy.blank(LANGUAGE)}
        self.nlp[LANGUAGE].max_length = 10**8

    def load(self) -> None:
        """There is nothing to load."""


# NOTE: the recogniser of mail addresses asks for a public suffix; the laboratory's names end in .test, and the list of
# suffixes that the package ships is used without asking the network for a newer one.
tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), extra_suffixes=("test", "example"))


def engine() -> AnalyzerEngine:
    """With every recogniser of patterns, made to speak the one language of the pipeline."""
    recognizers: list[Any] = [
        shipped.PhoneRecognizer(supported_language=LANGUAGE, supported_regions=("SE", "US", "GB"))
    ]
    kinds: list[Any] = [
        kind for _, kind in inspect.getmembers(shipped, inspect.isclass) if issubclass(kind, PatternRecognizer)
    ]
    recognizers += [kind(supported_language=LANGUAGE) for kind in kinds if kind is not PatternRecognizer]
    registry = RecognizerRegistry(recognizers=recognizers, supported_languages=[LANGUAGE])
    return AnalyzerEngine(registry=registry, nlp_engine=Blank(), supported_languages=[LANGUAGE])


def cpu_seconds() -> float:
    """CPU time of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Analyse every text."""
    logging.disable(logging.WARNING)
    texts = [json.loads(line) for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()]
    analyzer = engine()
    analyzer.analyze("warm", LANGUAGE)
    before = cpu_seconds()
    spans = [[(s.start, s.end, s.entity_type) for s in analyzer.analyze(text, LANGUAGE)] for text in texts]
    print(json.dumps({"cpu_s": cpu_seconds() - before, "spans": spans}))


if __name__ == "__main__":
    main()
