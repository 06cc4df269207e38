"""Payment Links: the same session again and again, for whoever comes."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping

from . import catalog_shapes, discounts, line_items, link_terms, sessions
from .errors import ApiError, invalid
from .forms import boolean, check_url, integer, metadata, table
from .money import check_currency
from .parameters import LOCALES
from .store import Json, new_id, shown
from .world import Call

_REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,200}", re.ASCII)


def create(call: Call) -> Json:
    """Make a link. The sandbox alone lets its id be chosen (`id`), for catalogs written before."""
    params = call.params
    items = line_items.read(call, params.get("line_items"))
    if check_currency(params.get("currency", items[0]["currency"])) != items[0]["currency"]:
        raise invalid("currency", "The currency is that of the prices.")
    named = params.get("id")
    if named is not None and not re.fullmatch(r"plink_[A-Za-z0-9]{1,60}", str(named)):
        raise invalid("id", "An id of the sandbox's links is plink_ with letters and digits.")
    if named is not None:
        call.world.check_free(str(named), "payment_link")
    thing = catalog_shapes.payment_link(
        currency=items[0]["currency"],
        metadata=metadata(params),
        inactive_message=params.get("inactive_message"),
        restrictions=_restrictions(params),
        **link_terms.shown(call, params, items),
        **({"id": named} if named else {}),
    )
    thing["after_completion"] = _after(params) or thing["after_completion"]
    thing["_asked"] = {name: params[name] for name in link_terms.HANDED_ON if name in params}
    thing["_items"] = items
    thing["_slug"] = "test_" + thing["id"].removeprefix("plink_")[:20]
    thing["url"] = f"{call.base}/b/{thing['_slug']}"
    call.emit("payment_link.created", call.store.put(thing))
    return thing


def _restrictions(params: Json) -> Json | None:
    completed = table(table(params, "restrictions"), "completed_sessions")
    limit = integer(completed, "limit")
    return None if limit is None else {"completed_sessions": {"count": 0, "limit": limit}}


def _after(params: Json) -> Json | None:
    given = table(params, "after_completion")
    if not given:
        return None
    if given.get("type") == "redirect":
        name = "after_completion[redirect][url]"
        url = check_url(table(given, "redirect").get("url"), name)
        return {"type": "redirect", "hosted_confirmation": None, "redirect": {"url": url}}
    custom = table(given, "hosted_confirmation").get("custom_message")
    return {
        "type": "hosted_confirmation",
        "hosted_confirmation": {"custom_message": custom},
        "redirect": None,
    }


def update(call: Call, link: Json) -> Json:
    params, before = call.params, shown(link)
    changed = link_terms.shown(call, params, link["_items"])
    active = boolean(params, "active")
    if active is not None:
        link["active"] = active
    if "after_completion" in params:
        link["after_completion"] = _after(params)
    if "inactive_message" in params:
        link["inactive_message"] = params["inactive_message"] or None
    if "restrictions" in params:
        link["restrictions"] = _restrictions(params)
    link |= changed
    link["_asked"] |= {name: params[name] for name in link_terms.HANDED_ON if name in params}
    link["metadata"] = metadata(params, link["metadata"])
    call.emit_changes("payment_link.updated", link, before)
    return call.store.put(link)


def closed_because(link: Json) -> str | None:
    """Return why a link takes no payment, or None."""
    if not link["active"]:
        return link["inactive_message"] or "This payment link is no longer active."
    if is_used_up(link):
        return link["inactive_message"] or "This payment link has reached its limit."
    return None


def is_used_up(link: Json) -> bool:
    limits = (link["restrictions"] or {}).get("completed_sessions")
    return bool(limits and limits["count"] >= limits["limit"])


def open_session(
    call: Call, link: Json, reference: object, said: Mapping[str, str] | None = None
) -> Json:
    """Begin a session; a reference of the wrong shape is dropped without a word, as Stripe does.

    `said` is what else the link's address says of the buyer.
    """
    why = closed_because(link)
    if why:
        raise ApiError(why)
    after = link["after_completion"]
    params = {
        "metadata": dict(link["metadata"]),
        "success_url": after["redirect"]["url"] if after["redirect"] else None,
        **link.get("_asked", {}),
    }
    if isinstance(reference, str) and _REFERENCE.fullmatch(reference):
        params["client_reference_id"] = reference
    params = {key: value for key, value in params.items() if value}
    items = [dict(item) | {"id": new_id("li")} for item in link["_items"]]
    mode = link_terms.mode_of(items)
    back = {"success_url": params.get("success_url"), "payment_link": link["id"]}
    session = sessions.build(call, items, mode=mode, params=params, **back)
    session["allow_promotion_codes"] = link["allow_promotion_codes"]
    _prefill(call, session, said or {})
    return call.store.put(session)


def _prefill(call: Call, session: Json, said: Mapping[str, str]) -> None:
    """Fill in what the link's address says; what is wrong there is dropped without a word.

    https://docs.stripe.com/payment-links/url-parameters
    """
    session["_prefilled_email"] = said.get("prefilled_email")
    session["customer_email"] = said.get("locked_prefilled_email") or session["customer_email"]
    if said.get("locale") in LOCALES:
        session["locale"] = said["locale"]
    if said.get("prefilled_promo_code"):
        with contextlib.suppress(ApiError):
            discounts.apply(call, session, said["prefilled_promo_code"])


def count(call: Call, session: Json) -> None:
    """Count a completed session against its link's limit."""
    link = call.store.get(session["payment_link"], "payment_link")
    if link and link["restrictions"]:
        link["restrictions"]["completed_sessions"]["count"] += 1
        call.store.put(link)
