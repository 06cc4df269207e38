"""Destinations of thin events: beside the webhook endpoint, and where there is none."""

from __future__ import annotations

from typing import Any

from tests.cli.doctor.doctor_env import DoctorEnv, endpoints, forget_endpoints


def thin_destination(doctor_env: DoctorEnv) -> str:
    """Have thin events sent here; return the destination's id."""
    params: Any = {
        "name": "thin",
        "type": "webhook_endpoint",
        "event_payload": "thin",
        "enabled_events": ["*"],
        "webhook_endpoint": {"url": f"{doctor_env.url}/webhooks/stripe"},
    }
    return doctor_env.client.v2.core.event_destinations.create(params=params).id


def test_a_destination_of_thin_events_beside_the_endpoint_is_seen(doctor_env: DoctorEnv) -> None:
    name = thin_destination(doctor_env)

    seen = doctor_env.examine()

    assert seen.states("webhook endpoint") == ["ok", "ok"]
    assert f"{name} sends thin events here too" in seen.told("webhook endpoint", "ok")


def test_thin_events_alone_cost_time_and_an_endpoint_is_offered(doctor_env: DoctorEnv) -> None:
    forget_endpoints(doctor_env)
    name = thin_destination(doctor_env)

    told = doctor_env.examine().told("webhook endpoint", "warning")

    assert f"{name} sends thin events only" in told
    assert "doctor --fix" in told
    doctor_env.examine("--fix")
    assert len(endpoints(doctor_env)) == 1
