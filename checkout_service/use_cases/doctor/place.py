"""Where the service runs: its address, database, disk, proxies, frontends and worker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from checkout_service.domain.clock import MINUTE, SECOND
from checkout_service.storage import bookmarks

from .check_readiness import DATABASE
from .check_result import CheckResult, Shop, ok, problem, warning

# Variables by which a host says that it is one, with the host's name.
_HOSTS = {
    "DYNO": "Heroku",
    "RENDER": "Render",
    "FLY_APP_NAME": "Fly",
    "RAILWAY_ENVIRONMENT": "Railway",
    "K_SERVICE": "Cloud Run",
}
_WITHOUT_VOLUMES = ("DYNO", "K_SERVICE")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SWEPT = "swept"
_LONGEST_SILENCE = 10 * MINUTE
_INTERVALS_OF_SILENCE = 5


def address(shop: Shop) -> Iterator[CheckResult]:
    """Ask for this service at its public address, from here."""
    settings = shop.settings
    url = settings.public_base_url
    if not settings.development and not url.startswith("https://"):
        yield problem(
            "address",
            f"PUBLIC_BASE_URL {url} is not https: buyers' data would travel in the open.",
            "Put TLS in front and set PUBLIC_BASE_URL to the https:// address.",
        )
    wrong = shop.network.asks_after_us(url)
    if wrong is None:
        yield ok("address", f"{url} answers, and it is this service.")
        return
    result = warning if settings.development else problem
    yield result(
        "address",
        f"PUBLIC_BASE_URL {url} {wrong}.",
        "Start the web process and point the address at it; buyers and Stripe come in there.",
    )


def database(shop: Shop) -> Iterator[CheckResult]:
    """Look whether the database takes a sale and its schema is at head."""
    missing = shop.readiness.check()
    if any(what.startswith(DATABASE) for what in missing):
        reason = f": {shop.readiness.reason}" if shop.readiness.reason else ""
        yield problem(
            "database",
            f"The {_kind(shop)} {missing[0]}{reason}.",
            "Check that it runs, takes writes and has room, and that DATABASE_URL names its host, "
            "user and password.",
        )
    elif missing:
        yield problem(
            "database",
            "The database's tables are not those of this release.",
            "Run: flask --app wsgi db upgrade",
        )
    else:
        pooler = (
            " A pooler stands in between, so statements are not prepared."
            if shop.database.is_pooled()
            else ""
        )
        yield ok("database", f"{_kind(shop)} takes a sale; its tables are at head.{pooler}")


def _kind(shop: Shop) -> str:
    return "SQLite" if shop.settings.database_url.startswith("sqlite") else "PostgreSQL"


def disk(shop: Shop) -> Iterator[CheckResult]:
    """Look whether SQLite's file survives the next restart."""
    url, host = shop.settings.database_url, _host(shop)
    if not url.startswith("sqlite"):
        yield ok("disk", "Orders are in PostgreSQL, not on this disk.")
        return
    file = Path(shop.database.engine.url.database or "")
    if host is None:
        yield ok("disk", f"Orders are in {file}, on a host that declares no ephemeral disk.")
    elif host in _WITHOUT_VOLUMES or not _on_a_volume(file):
        yield problem(
            "disk",
            f"{file} is on {_HOSTS[host]}'s own disk: a restart or deploy may lose every order.",
            "Use PostgreSQL (DATABASE_URL=postgres://...), or put the file on a mounted volume.",
        )
    else:
        yield ok("disk", f"{file} is on a volume.")


def _host(shop: Shop) -> str | None:
    return next((name for name in _HOSTS if shop.environment.get(name)), None)


def _on_a_volume(file: Path) -> bool:
    """Tell a file on a disk mounted by itself; a memory disk is none."""
    mount = next((folder for folder in file.parents if folder.is_mount()), Path("/"))
    return mount != Path("/") and str(mount) not in ("/tmp", "/dev/shm", "/run")  # noqa: S108


def proxies(shop: Shop) -> Iterator[CheckResult]:
    """Look whether the client's address can be known."""
    hops, host = shop.settings.trusted_proxy_hops, _host(shop)
    if hops == 0 and host is not None:
        yield warning(
            "proxies",
            f"{_HOSTS[host]} puts a proxy in front, but TRUSTED_PROXY_HOPS is 0: all buyers share "
            "one rate limit.",
            "Set TRUSTED_PROXY_HOPS=1.",
        )
    else:
        yield ok("proxies", f"{hops} trusted in front of the service.")


def origins(shop: Shop) -> Iterator[CheckResult]:
    """Look at the frontends let in; a path or a trailing slash stops the start already."""
    allowed = shop.settings.allowed_origins
    open_ones = [origin for origin in allowed if origin.startswith("http://")]
    if shop.settings.development or not open_ones:
        shown = ", ".join(allowed) if allowed else "None: only the service's own pages"
        yield ok("origins", f"{shown}.")
        return
    for origin in open_ones:
        own_machine = urlsplit(origin).hostname in _LOOPBACK
        yield (warning if own_machine else problem)(
            "origins",
            f"ALLOWED_ORIGINS lets {origin} in, which is not https.",
            "Take it out of ALLOWED_ORIGINS, or write it with https://.",
        )


def retention(shop: Shop) -> Iterator[CheckResult]:
    """Say how long personal data is kept."""
    days = shop.settings.retention_days
    if days:
        yield ok("retention", f"Personal data of finished orders is erased after {days} days.")
    else:
        yield ok("retention", "RETENTION_DAYS is 0: personal data is kept until you erase it.")


def worker(shop: Shop) -> Iterator[CheckResult]:
    """Look when the worker swept last."""
    with shop.database.read() as connection:
        at = bookmarks.position(connection, _SWEPT)
    mend = "Start it and keep it running: flask --app wsgi worker"
    if at is None:
        yield warning("worker", "No worker has ever swept this database.", mend)
        return
    silent = shop.clock.now() - at
    pace = int(shop.settings.sweep_interval_seconds * SECOND) * _INTERVALS_OF_SILENCE
    swept = f"The worker swept {max(0, silent) // SECOND} s ago"
    if silent > max(_LONGEST_SILENCE, pace):
        lost = "notifications and lost webhooks are waiting for it"
        yield problem("worker", f"{swept} for the last time; {lost}.", mend)
    else:
        yield ok("worker", f"{swept}.")
