"""Strangers try passwords from a thousand addresses; the owner comes and goes all the while."""

from __future__ import annotations

import threading
import time
from collections import Counter

import requests
from sqlalchemy import func, select

from checkout_service.storage.database import Database, make_engine
from checkout_service.storage.tables import admin_guesses
from checkout_service.use_cases.admin.guesses import MOST_BY_ALL
from tests.support.admin import field
from tests.support.running_stack import side_by_side
from tests.support.service import ADMIN_PASSWORD, Service
from tests.support.stack import StartService

SHORT_ON = "postgresql"
TRUSTED = {"TRUSTED_PROXY_HOPS": "1"}


def test_the_owner_is_never_kept_out(
    start_service: StartService, full: bool, database_url: str
) -> None:
    logins, addresses = (10_000, 1_000) if full else (300, 100)
    web = start_service(**TRUSTED)
    strangers, owner = Door(web), Door(web, "203.0.113.7")
    assert (owner.sign_in(ADMIN_PASSWORD), owner.overview()) == (303, 200)
    done = threading.Event()
    visits: list[tuple[int, int]] = []
    coming_and_going = threading.Thread(target=_come_and_go, args=(owner, done, visits))
    coming_and_going.start()

    began = time.monotonic()
    try:
        answers = Counter(
            side_by_side(
                lambda n: strangers.guess(f"guess {n}", _address(n % addresses)), range(logins)
            )
        )
    finally:
        done.set()
        coming_and_going.join()

    took = time.monotonic() - began
    print(f"{logins} logins in {took:.0f} s: {answers}; the owner came {len(visits)} times")
    assert answers == {401: logins}
    assert len(visits) >= 3
    assert set(visits) == {(303, 200)}
    assert _guesses_looked_at(database_url) <= MOST_BY_ALL
    assert "Traceback" not in web.logs


class Door:
    """A browser at the sign-in page; behind the one proxy that is trusted."""

    def __init__(self, web: Service, address: str = "198.51.100.1") -> None:
        self._url = web.url
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers["X-Forwarded-For"] = address
        self._token = field(self._get("/admin/login").text)

    def sign_in(self, password: str) -> int:
        form = {"csrf_token": field(self._get("/admin/login").text), "password": password}
        return self._post("/admin/login", form).status_code

    def overview(self) -> int:
        answer = self._get("/admin/")
        self._token = field(answer.text)
        return answer.status_code

    def sign_out(self) -> None:
        self._post("/admin/logout", {"csrf_token": self._token})

    def guess(self, password: str, address: str) -> int:
        """Try a password as somebody else, over a connection of its own."""
        answer = requests.post(
            f"{self._url}/admin/login",
            data={"csrf_token": self._token, "password": password},
            headers={"X-Forwarded-For": address},
            cookies=self._http.cookies.get_dict(),
            timeout=60,
            allow_redirects=False,
        )
        return answer.status_code

    def _get(self, path: str) -> requests.Response:
        return self._http.get(f"{self._url}{path}", timeout=60, allow_redirects=False)

    def _post(self, path: str, form: dict[str, str]) -> requests.Response:
        url = f"{self._url}{path}"
        return self._http.post(url, data=form, timeout=60, allow_redirects=False)


def _come_and_go(owner: Door, done: threading.Event, visits: list[tuple[int, int]]) -> None:
    while not done.is_set() or len(visits) < 3:
        owner.sign_out()
        visits.append((owner.sign_in(ADMIN_PASSWORD), owner.overview()))
        done.wait(0.2)


def _address(number: int) -> str:
    return f"10.{number >> 8}.{number & 255}.7"


def _guesses_looked_at(database_url: str) -> int:
    engine = make_engine(database_url)
    with Database(engine).read() as connection:
        count = connection.execute(select(func.count()).select_from(admin_guesses)).scalar_one()
    engine.dispose()
    return int(count)
