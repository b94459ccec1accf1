"""The single flows, requests and samples of a load as Parquet, where pyarrow is installed (the extra ``parquet``)."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

import numpy as np

from testbed.runner.folder import RunFolder
from testbed.runner.load_columns import Coded, Floats, Flows, LoadData, Numbers, Requests, Samples, Truths
from testbed.runner.load_csv import FLOW_COLUMNS, REQUEST_COLUMNS, RESOURCE_COLUMNS

type Column = Coded | Floats | Numbers | Truths
NAMES = ("flows.parquet", "requests.parquet", "resources.parquet")
NOT_INSTALLED = "Parquet was left out, for pyarrow is not installed (the extra 'parquet'); the CSV files hold the same."


def write_parquet(folder: RunFolder, data: LoadData) -> str:
    """The same columns as the CSV files have, texts as dictionaries; "" or why they were not written."""
    if find_spec("pyarrow") is None:
        return NOT_INSTALLED
    tables = (_flows(data.flows), _requests(data.requests, data.flows), _samples(data.samples))
    for name, columns in zip(NAMES, tables, strict=True):
        _write(folder, name, columns)
    return ""


def _flows(flows: Flows) -> Mapping[str, Column]:
    return {name: getattr(flows, name) for name in FLOW_COLUMNS}


def _requests(requests: Requests, flows: Flows) -> Mapping[str, Column]:
    numbers = flows.number[requests.flow]
    return {name: numbers if name == "flow_number" else getattr(requests, name) for name in REQUEST_COLUMNS}


def _samples(samples: Samples) -> Mapping[str, Column]:
    fields = ("at_s", "participant", "cpu", "memory", "handles", "threads", "processes")
    return {name: getattr(samples, field) for name, field in zip(RESOURCE_COLUMNS, fields, strict=True)}


def _write(folder: RunFolder, name: str, columns: Mapping[str, Column]) -> None:
    import pyarrow  # noqa: PLC0415 - it need not be installed
    from pyarrow import parquet  # noqa: PLC0415 - as above

    def array(column: Column) -> Any:  # noqa: ANN401 - of a library that need not be installed
        if isinstance(column, Coded):
            return pyarrow.DictionaryArray.from_arrays(column.codes, pyarrow.array(column.words, pyarrow.string()))
        # NOTE: what never came has no time; "not a number" would count as one in a mean.
        missing = np.isnan(column) if column.dtype.kind == "f" else None
        return pyarrow.array(column, mask=missing)

    table = pyarrow.table({title: array(column) for title, column in columns.items()})
    with folder.create(name) as file:
        parquet.write_table(table, file, compression="zstd")
