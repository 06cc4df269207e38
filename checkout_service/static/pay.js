/* Mounts Stripe's Payment Element and confirms the payment. The server computes the amount and says
   whether it is paid; the client secret lives in this script's memory and nowhere else. */
(() => {
  "use strict";
  const OVER = ["succeeded", "processing", "requires_capture", "canceled"];
  const { say, form, button, fault, complain, open, appearance, place } = window.payPage;
  const label = button.querySelector(".said");
  const announcer = document.getElementById("announcer");
  const called = label.textContent;
  let stripe = null;
  let elements = null;
  let secret = null;
  let busy = false;

  const orderPage = (id) => `${say.returnUrl}?payment_intent=${encodeURIComponent(id)}`;

  function mount() {
    elements = stripe.elements({
      clientSecret: secret,
      locale: say.locale,
      appearance: appearance(),
    });
    place(elements.create("payment", { layout: "tabs" }), "#payment-element");
  }

  async function begin() {
    const intent = await open("payment-intents");
    if (intent.over) return location.replace(`${say.root}/orders/${intent.over}`);
    if (!intent.client_secret) return complain(intent.refused ? say.sayRefused : say.sayNoForm);
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
    location.replace(orderPage(paymentIntent.id));
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
