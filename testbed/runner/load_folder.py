"""A load run's folder: load.json, and every flow, request and sample beside it; written, and read back."""

from testbed.model.load_file import LOAD, dump_load, load_about
from testbed.model.load_result import LoadReport
from testbed.runner.folder import RunFolder
from testbed.runner.load_columns import LoadData
from testbed.runner.load_csv import (
    FLOWS,
    REQUESTS,
    RESOURCES,
    read_flows,
    read_samples,
    write_flows,
    write_requests,
    write_samples,
)


def write_load(folder: RunFolder, data: LoadData, report: LoadReport) -> None:
    """load.json last: a folder that has it has the rest."""
    with folder.create(FLOWS) as file:
        write_flows(file, data.flows)
    with folder.create(REQUESTS) as file:
        write_requests(file, data.requests, data.flows)
    with folder.create(RESOURCES) as file:
        write_samples(file, data.samples)
    folder.write(LOAD, dump_load(report))


def read_load(folder: RunFolder) -> LoadData:
    """The run that :func:`write_load` wrote.

    Raises:
        ScenarioInvalid: the folder is not a load run's, or a file in it is damaged.
    """
    about = load_about(folder.path)
    flows, requests = read_flows(folder.path)
    return LoadData(about, flows, requests, read_samples(folder.path))
