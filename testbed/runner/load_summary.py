"""The figures of a load, from its flows, requests and samples."""

from collections.abc import Iterator

import numpy as np

from testbed.model.load import Outcome
from testbed.model.load_result import PERCENTILES, Group, LoadSummary, Percentiles
from testbed.model.strict import Bilingual
from testbed.runner.load_columns import DECIMALS, Flows, LoadData, Truths
from testbed.runner.load_findings import wrong_persons
from testbed.runner.load_percentiles import enough_for, percentiles
from testbed.runner.load_saturation import saturation
from testbed.runner.load_series import edges_of, series
from testbed.runner.load_steps import endings, first_began_s, request_kinds, slowest


def summary(data: LoadData) -> LoadSummary:
    """All figures of a run."""
    flows, requests = data.flows, data.requests
    edges = edges_of(flows)
    kinds, left_out = request_kinds(requests)
    wrong, more_wrong = wrong_persons(flows, requests)
    groups = tuple(_groups(flows))
    used = saturation(data.samples, data.about.cores, edges)
    return LoadSummary(
        groups=groups,
        intervals=series(flows, edges),
        interval_s=round(float(edges[1] - edges[0]), DECIMALS),
        requests=kinds,
        requests_left_out=left_out,
        endings=endings(flows, requests),
        slowest=slowest(flows, requests),
        wrong_persons=wrong,
        wrong_persons_left_out=more_wrong,
        lag=percentiles(np.round(first_began_s(flows, requests) - flows.due_s, DECIMALS)),
        saturation=used,
        cannot_tell=tuple(_cannot_tell(groups[0].latency, sampled=bool(used.usages), whole=groups[0])),
    )


def _groups(flows: Flows) -> Iterator[Group]:
    """All flows, then those of each kind and vendor."""
    yield _group(flows, "", "", np.ones(len(flows), dtype=np.bool_))
    vendors = len(flows.vendor.words)
    pair = flows.flow.codes.astype(np.int64) * vendors + flows.vendor.codes
    named = {(flows.flow.words[code // vendors], flows.vendor.words[code % vendors]): code for code in np.unique(pair)}
    for (flow, vendor), code in sorted(named.items()):
        yield _group(flows, flow, vendor, pair == code)


def _group(flows: Flows, flow: str, vendor: str, of_it: Truths) -> Group:
    counts = {outcome: int((of_it & flows.outcome.is_(outcome.value)).sum()) for outcome in Outcome}
    return Group(
        flow=flow,
        vendor=vendor,
        arrived=int(of_it.sum()),
        outcomes={outcome: count for outcome, count in counts.items() if count},
        latency=percentiles(flows.latency_s[of_it]),
        service=percentiles(flows.service_s[of_it]),
        retried=int((flows.attempts[of_it] > 1).sum()),
    )


def _cannot_tell(latency: Percentiles, *, sampled: bool, whole: Group) -> Iterator[Bilingual]:
    for name, percentile in PERCENTILES.items():
        if getattr(latency, name) is None:
            needed, called = enough_for(percentile), f"{percentile:g}"
            yield Bilingual(
                sv=f"Den {called.replace('.', ',')}:e percentilen: den kräver {needed} flöden som kom fram, och här "
                f"var de {latency.count}.",
                en=f"The percentile {called}: it takes {needed} flows that got in, and there were {latency.count}.",
            )
    if whole.latency.count < whole.arrived:
        missing = whole.arrived - whole.latency.count
        yield Bilingual(
            sv=f"Hur länge de {missing} som aldrig kom fram skulle ha väntat: percentilerna gäller dem som kom fram.",
            en=f"How long the {missing} who never got in would have waited: percentiles are of those who did.",
        )
    if not sampled:
        yield Bilingual(
            sv="Vilken del som var närmast sin gräns: inga mätningar av processor och minne finns.",
            en="Which part was nearest to its limit: CPU and memory were not sampled.",
        )
