"""A challenge: while strangers keep the shop busy, a new order costs its sender a second of work.

    CHALLENGE=challenge:ask

The puzzle is signed and names its address and minute, so nothing is kept here. Honest buyers'
browsers solve it unseen; who opens thousands of orders pays for each minute and address anew.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import os
import secrets
import time

from flask import Request, Response, jsonify

BITS = 15  # leading zero bits: each one more doubles the work
MINUTES = 5  # how long a solved puzzle is good for
KEY = os.environ["SECRET_KEY"].encode()


def ask(request: Request, *, busy: bool) -> Response | None:
    """Return None to let a request pass, else the answer to give instead of it."""
    if not busy:
        return None
    address = request.remote_addr or ""
    given = request.headers.get("Challenge-Response") or request.form.get("challenge", "")
    if is_solved(given, address):
        return None
    puzzle = new_puzzle(address, int(time.time() // 60))
    answer = page(request, puzzle) if request.path == "/checkout" else jsonify(
        code="challenge_required", detail="Solve the puzzle, then send it again.",
        puzzle=puzzle, bits=BITS,
    )  # fmt: skip
    answer.status_code = 403
    return answer


def new_puzzle(address: str, minute: int) -> str:
    signature = hmac.new(KEY, f"{address} {minute}".encode(), hashlib.sha256)
    return f"{minute}.{signature.hexdigest()[:32]}"


def is_solved(given: str, address: str) -> bool:
    """True for `minute.signature.count` whose SHA-256 begins with enough zero bits."""
    puzzle, now = given.rpartition(".")[0].encode(), int(time.time() // 60)
    ours = (new_puzzle(address, now - age).encode() for age in range(MINUTES))
    digest = hashlib.sha256(given.encode()).digest()
    is_ours = any(hmac.compare_digest(puzzle, one) for one in ours)
    return is_ours and int.from_bytes(digest) >> (256 - BITS) == 0


def page(request: Request, puzzle: str) -> Response:
    """Show a page that solves the puzzle and sends the buyer's form once more."""
    nonce = secrets.token_urlsafe(16)
    fields = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in request.form.items()
    )
    answer = Response(PAGE.format(puzzle=puzzle, bits=BITS, nonce=nonce, fields=fields))
    answer.mimetype = "text/html"
    answer.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; frame-ancestors 'none'; base-uri 'none'"
    )
    return answer


PAGE = """<!doctype html><meta charset="utf-8"><title>One moment</title><p>One moment, please.</p>
<form method="post" action="/checkout">{fields}<input type="hidden" name="challenge"></form>
<script type="module" nonce="{nonce}">
for (let count = 0; ; count += 1) {{
  const text = "{puzzle}." + count;
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  if (new DataView(hash).getUint32(0) >>> (32 - {bits}) !== 0) continue;
  document.forms[0].challenge.value = text;
  document.forms[0].submit();
  break;
}}
</script>"""
