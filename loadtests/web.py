"""Locust's web interface, to look on with."""

from flask import Response, jsonify, request
from locust.env import Environment

HERE = "127.0.0.1"
ACTS = frozenset({"/swarm", "/stop", "/stats/reset"})
"""What there changes a load."""
REFUSED = 403


def show(environment: Environment, port: int) -> None:
    """Serve it on loopback. Its buttons do nothing: who arrives is decided by the profile, and a run that ended there
    would tell nobody why."""
    app = environment.create_web_ui(HERE, port).app
    if app is None:
        raise RuntimeError("locust's web interface has no application")
    app.before_request(_look_only)


def _look_only() -> tuple[Response, int] | None:
    if request.path.rstrip("/") not in ACTS:
        return None
    message = "Här kan man bara titta på; testbed load styr. This is for looking on; testbed load is in charge."
    return jsonify({"success": False, "message": message}), REFUSED
