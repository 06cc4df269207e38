"""A merchant's own pay page on another origin, as strict as ours: it loads `/stripe.js`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

_POLICY = (
    "default-src 'self'; script-src 'nonce-page' {sandbox}; frame-src {sandbox}; "
    "connect-src {sandbox}; img-src data:"
)
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Pay</title>
<link rel="icon" href="data:,">
<form id="form"><div id="payment"></div><button id="buy">Buy</button></form>
<p id="said" role="status"></p><pre id="heard"></pre>
<script src="{sandbox}/stripe.js"></script>
<script nonce="page">
  const said = document.getElementById("said");
  const heard = document.getElementById("heard");
  const stripe = Stripe("pk_test_1");
  const elements = stripe.elements({{ clientSecret: "{secret}" }});
  const element = elements.create("payment");
  element.on("ready", () => {{ heard.textContent += "ready "; }});
  element.on("change", (event) => {{ heard.dataset.complete = event.complete; }});
  element.on("loaderror", (event) => {{ said.textContent = event.error.message; }});
  element.mount("#payment");
  document.getElementById("form").addEventListener("submit", async (event) => {{
    event.preventDefault();
    said.textContent = "";
    const answer = await stripe.confirmPayment({{
      elements, redirect: "{redirect}", confirmParams: {{ return_url: "{back}" }},
    }});
    window.answer = answer;
    said.textContent = answer.error ? answer.error.message : answer.paymentIntent.status;
  }});
</script></html>"""


@dataclass
class ShopPage:
    """The page for one intent, and the place the buyer comes back to."""

    sandbox: str
    url: str = ""
    secret: str = ""
    redirect: str = "always"
    returns: list[str] = field(default_factory=list)

    def __call__(self, request: Request) -> Response:
        if request.path == "/back":
            self.returns.append(request.full_path)
            return Response("<title>Back</title>welcome back", mimetype="text/html")
        page = _PAGE.format(
            sandbox=self.sandbox,
            secret=self.secret,
            redirect=self.redirect,
            back=f"{self.url}/back?order=7",
        )
        policy = _POLICY.format(sandbox=self.sandbox)
        return Response(page, mimetype="text/html", headers={"Content-Security-Policy": policy})


@contextmanager
def running_shop(sandbox: str) -> Iterator[ShopPage]:
    """Serve the page on a free port."""
    shop = ShopPage(sandbox)
    server = make_server("127.0.0.1", 0, Request.application(shop), threaded=True)
    shop.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield shop
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
