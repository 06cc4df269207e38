"""The shop's metrics for Prometheus, read from the database when somebody scrapes.

Every label's value is one of ours or the operator's, from a fixed set; what is not known is left
out, never 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from checkout_service.domain.errors import DatabaseUnavailable
from checkout_service.domain.status import Hold, OrderStatus
from checkout_service.domain.views.events import ReceiverView
from checkout_service.domain.views.metrics import Metrics

_STUCK = ("waiting", "failed", "quarantined")
_RECEIVER = ("none", "well", "failing", "disabled")


class MetricsCollector(Collector):
    """Reads once a scrape."""

    def __init__(self, read: Callable[[], Metrics]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        up = "checkout_database_up", "1 when the database answered this scrape, else 0."
        try:
            metrics = self._read()
        except DatabaseUnavailable:
            yield GaugeMetricFamily(*up, value=0)
            return
        yield GaugeMetricFamily(*up, value=1)
        yield from _orders(metrics)
        yield from _events(metrics)
        yield from _messages(metrics)
        yield from _worker(metrics)


def _orders(metrics: Metrics) -> Iterator[Metric]:
    yield _by(
        "recent_orders",
        "Orders opened within the last hour, the newest 5000 of them, by where they stand.",
        "status",
        _all(metrics.recent_orders, OrderStatus),
    )
    yield from _maybe(
        "newest_order_age_seconds", "Since the newest order was opened.", metrics.newest_order_age
    )
    yield from _maybe(
        "newest_paid_order_age_seconds",
        "Since the newest order that is paid was opened.",
        metrics.newest_paid_order_age,
    )
    yield _by(
        "held_orders",
        "Orders that wait for a person, by hold; counts stop at 1000.",
        "hold",
        _all(metrics.held_orders, Hold),
    )
    yield _gauge(
        "overdue_looks",
        "Orders that should have been looked up at Stripe 5 minutes ago; stops at 1000.",
        metrics.overdue_looks,
    )
    yield _gauge(
        "authorizations_ending",
        "Orders whose held money is let go within a day unless it is captured; stops at 1000.",
        metrics.authorizations_ending,
    )


def _events(metrics: Metrics) -> Iterator[Metric]:
    recent = GaugeMetricFamily(
        "checkout_recent_events",
        "Events of the last hour, the newest 5000, by who brought them and what became of them.",
        labels=("source", "state"),
    )
    for labels, count in sorted(metrics.recent_events.items()):
        recent.add_metric(labels, count)
    yield recent
    yield _gauge(
        "recent_declines",
        "Cards declined within the last hour, of the newest 5000 events.",
        metrics.recent_declines,
    )
    yield from _maybe(
        "newest_event_age_seconds", "Since an event last came in.", metrics.newest_event_age
    )
    yield from _maybe(
        "webhook_lag_seconds",
        "From Stripe's time to ours, median of the latest webhooks.",
        metrics.webhook_lag,
    )
    for name in ("stuck_events", "troubled_events"):  # dashboards may still ask for the old name
        yield _by(
            name,
            "Events that did not go through; counts stop at 1000.",
            "state",
            _all(metrics.stuck_events, _STUCK),
        )


def _messages(metrics: Metrics) -> Iterator[Metric]:
    yield _by(
        "outbox_messages",
        "Notifications not delivered; counts stop at 1000.",
        "state",
        metrics.outbox,
    )
    yield _gauge(
        "outbox_oldest_age_seconds",
        "Age of the oldest notification that is due; 0 when none is.",
        metrics.outbox_oldest_age,
    )
    yield _by(
        "receiver",
        "1 for the state that the merchant's backend is in; of several, the worst.",
        "state",
        {state: int(state == metrics.receiver) for state in _RECEIVER},
    )
    yield from _receivers(metrics.receivers)


def _receivers(each: Iterable[ReceiverView]) -> Iterator[Metric]:
    """Name each by its number in NOTIFY_URL and its host: the rest may be a secret."""
    labels = ("number", "host", "state")
    does = GaugeMetricFamily(
        "checkout_receivers", "1 for the state that each receiver is in.", labels=labels
    )
    owed = GaugeMetricFamily(
        "checkout_receiver_messages",
        "Notifications not delivered to each receiver; counts stop at 1000.",
        labels=labels,
    )
    for one in each:
        for state in _RECEIVER[1:]:
            does.add_metric((str(one.number), one.place, state), int(state == one.state))
        owed.add_metric((str(one.number), one.place, "due"), one.due)
        owed.add_metric((str(one.number), one.place, "dead"), one.dead)
    yield does
    yield owed


def _worker(metrics: Metrics) -> Iterator[Metric]:
    yield from _maybe("sweep_age_seconds", "Since the worker last swept.", metrics.sweep_age)
    yield _by(
        "quarantined",
        "What failed so often that it waits for a person, by kind; counts stop at 1000.",
        "kind",
        metrics.quarantined,
    )
    yield CounterMetricFamily(
        "checkout_corrected_orders",
        "Settled orders that a planned look had to put right: another door had failed.",
        value=metrics.corrected_orders,
    )


def _all(counts: Mapping[str, int], names: Iterable[str]) -> Mapping[str, int]:
    """Name what there is none of too: an alert needs the 0."""
    return {str(name): 0 for name in names} | dict(counts)


def _by(name: str, help_text: str, label: str, counts: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(f"checkout_{name}", help_text, labels=(label,))
    for value, count in counts.items():
        family.add_metric((value,), count)
    return family


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"checkout_{name}", help_text, value=value)


def _maybe(name: str, help_text: str, value: float | None) -> Iterator[Metric]:
    if value is not None:
        yield _gauge(name, help_text, value)
