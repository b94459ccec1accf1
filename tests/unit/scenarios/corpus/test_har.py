"""The HAR says what the exchanges say."""

import base64
import json

from scenarios.corpus.generate import Corpus
from scenarios.corpus.har import har


def test_every_exchange_is_an_entry_with_its_number(corpus: Corpus) -> None:
    entries = json.loads(json.dumps(har(corpus.exchanges)))["log"]["entries"]
    assert [int(entry["comment"]) for entry in entries] == [exchange.number for exchange in corpus.exchanges]
    for entry, exchange in zip(entries, corpus.exchanges, strict=True):
        assert entry["request"]["url"] == exchange.request.url
        content, body = entry["response"]["content"], exchange.response.body if exchange.response else b""
        text = content["text"]
        assert (base64.b64decode(text) if "encoding" in content else text.encode()) == body
        messages = entry.get("_webSocketMessages", [])
        assert len(messages) == len(exchange.frames)
        for message, frame in zip(messages, exchange.frames, strict=True):
            data = message["data"].encode() if message["opcode"] == 1 else base64.b64decode(message["data"])
            assert data == frame.data
