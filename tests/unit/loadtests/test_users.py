"""What locust is told: three digits, and no more names than a person can read. In a process of its own, for importing
locust changes the interpreter."""

import json
import subprocess
import sys

CODE = """
from loadtests.users import MAX_NAMES, bucket, environment_of
from testbed.model.load import Request
import json
environment, desk = environment_of()
environment.create_local_runner()
for number in range(MAX_NAMES * 3):
    desk.told(Request(f"GET prov.test/{number}", 0.0, 0.0123, 200), 10, "")
    desk.told(Request("GET prov.test/x", 0.0, 12.3456, 0), 10, f"no answer {number}")
stats = environment.stats
print(json.dumps({
    "entries": len(stats.entries),
    "errors": len(stats.errors),
    "total": stats.total.num_requests,
    "times": sorted(stats.total.response_times),
    "buckets": [bucket(value) for value in (0.4, 12.3, 999.4, 1234.5, 98765.4, 123456.0)],
}))
"""


def test_locust_holds_three_digits_and_bounded_names() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True, timeout=60)
    said = json.loads(done.stdout)
    assert done.stderr == ""
    assert said["total"] == 3000
    assert said["entries"] <= 502
    assert said["errors"] <= 502
    assert said["times"] == [12, 12300]
    assert said["buckets"] == [0, 12, 999, 1230, 98800, 123000]
