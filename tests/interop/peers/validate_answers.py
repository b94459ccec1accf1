"""Holds answers against an OpenAPI document, by a JSON Schema validator of others; it knows nothing of the testbed.

Reads from standard input {"document": ..., "answers": [{"path", "method", "status", "body"}]} and writes what does not
fit, a line each: the number of the answer, where in it, and why.
"""

import json
import sys
from typing import Any

import jsonschema_rs


def main() -> None:
    told: dict[str, Any] = json.load(sys.stdin)
    document = told["document"]
    jsonschema_rs.meta.validate({**document["components"]["schemas"]["Person"], "$schema": DIALECT})
    for number, answer in enumerate(told["answers"]):
        described = document["paths"][answer["path"]][answer["method"]]["responses"][str(answer["status"])]
        if "$ref" in described:
            described = document["components"]["responses"][described["$ref"].rpartition("/")[2]]
        schema = described["content"]["application/json"]["schema"]
        whole = {**schema, "$schema": DIALECT, "components": document["components"]}
        validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        for error in validator.iter_errors(answer["body"]):
            print(number, "/".join(map(str, error.instance_path)), error.message[:200])


DIALECT = "https://json-schema.org/draft/2020-12/schema"

if __name__ == "__main__":
    main()
