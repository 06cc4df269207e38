/* Mounts Stripe's Payment Element and confirms the payment. The server computes the amount and says
   whether it is paid; the client secret lives in this script's memory and nowhere else. */
(() => {
  "use strict";
  const RETRIES = 4;
  const OVER = ["succeeded", "processing", "requires_capture", "canceled"];
  const OVER_CODES = ["order_paid", "money_in_flight", "order_canceled"];
  const main = document.querySelector("main");
  const form = document.getElementById("pay-form");
  const button = document.getElementById("submit");
  const label = button.querySelector(".said");
  const fault = document.getElementById("fault");
  const loading = document.getElementById("loading");
  const announcer = document.getElementById("announcer");
  const say = main.dataset;
  const called = label.textContent;
  /* Kept by this tab with its address: a reload before the answer asks for the same order. */
  const key = history.state?.key ?? say.key;
  let stripe = null;
  let elements = null;
  let secret = null;
  let busy = false;

  const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
  const told = (id) => `${say.returnUrl}?payment_intent=${encodeURIComponent(id)}`;

  function complain(text) {
    loading.hidden = true;
    fault.textContent = text;
  }

  /* The same key is the same order, so asking again after a lost answer makes no second one. */
  async function askForIntent() {
    const headers = { "Content-Type": "application/json" };
    if (key) headers["Idempotency-Key"] = key;
    for (let turn = 0; ; turn += 1) {
      let answer = null;
      try {
        answer = await fetch(`${say.root}/api/v1/payment-intents`, { method: "POST", headers, body: say.cart });
      } catch {
        /* Offline: the next turn asks again. */
      }
      const body = answer && (await answer.json().catch(() => ({})));
      if (answer?.ok) return body;
      const { order } = JSON.parse(say.cart);
      if (order && OVER_CODES.includes(body?.code)) return { over: order };
      const again = !answer || answer.status >= 500 || [409, 429].includes(answer.status);
      if (!again || turn === RETRIES) return {};
      loading.textContent = say.sayLater;
      await pause(Number(answer?.headers.get("Retry-After")) || turn + 1);
    }
  }

  /* Stripe's fields take the colours of the page around them. */
  function appearance() {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const look = getComputedStyle(document.documentElement);
    const colour = (name) => look.getPropertyValue(name).trim();
    return {
      theme: dark ? "night" : "stripe",
      variables: {
        colorPrimary: colour("--pico-primary"),
        colorBackground: colour("--surface"),
        colorText: colour("--pico-color"),
        colorDanger: colour("--bad"),
      },
    };
  }

  function mount() {
    elements = stripe.elements({
      clientSecret: secret,
      locale: document.documentElement.lang,
      appearance: appearance(),
    });
    const element = elements.create("payment", { layout: "tabs" });
    element.on("ready", () => {
      loading.hidden = true;
      button.disabled = false;
    });
    element.on("loaderror", () => complain(say.sayNoForm));
    element.on("change", () => {
      fault.textContent = "";
    });
    element.mount("#payment-element");
  }

  async function begin() {
    form.hidden = false;
    if (key) history.replaceState({ key }, "");
    if (!window.Stripe) return complain(say.sayNoForm);
    const intent = await askForIntent();
    if (intent.over) return location.replace(`${say.root}/orders/${intent.over}`);
    if (!intent.client_secret) return complain(say.sayNoForm);
    /* From here a reload pays this very order. */
    history.replaceState(null, "", `${say.root}/pay?order=${encodeURIComponent(intent.order.id)}`);
    secret = intent.client_secret;
    stripe = window.Stripe(intent.publishable_key);
    if (await isOver()) return undefined;
    return mount();
  }

  /* Another tab may have paid meanwhile: the order's page tells, the form must not. */
  async function isOver() {
    const { paymentIntent } = await stripe.retrievePaymentIntent(secret);
    if (!paymentIntent || !OVER.includes(paymentIntent.status)) return false;
    location.replace(told(paymentIntent.id));
    return true;
  }

  function lock(locked) {
    busy = locked;
    button.disabled = locked;
    button.setAttribute("aria-busy", String(locked));
    label.textContent = locked ? say.sayPaying : called;
    announcer.textContent = locked ? say.sayPaying : "";
  }

  async function confirm() {
    try {
      const { error } = await stripe.confirmPayment({
        elements,
        confirmParams: { return_url: say.returnUrl },
      });
      return error;
    } catch {
      return { type: "api_connection_error" };
    }
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy || !elements) return;
    const hadFocus = document.activeElement === button;
    fault.textContent = "";
    lock(true);
    const error = await confirm();
    if (error.code === "payment_intent_unexpected_state" && (await isOver())) return;
    lock(false);
    if (hadFocus) button.focus();
    const lost = error.type === "api_connection_error";
    fault.textContent = lost ? say.sayUnreachable : error.message || say.sayFailed;
  });

  /* Back from the bank's page by the browser's own button: the page wakes as it was left. */
  window.addEventListener("pageshow", async (event) => {
    if (event.persisted && stripe && !(await isOver())) lock(false);
  });

  begin();
})();
