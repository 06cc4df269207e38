/* What both ways to pay on a page of ours share: asking the server once for what is to be paid, and
   showing one of Stripe's fields in the colours of the page. */
(() => {
  "use strict";
  const RETRIES = 4;
  const REFUSAL_CODES = ["stripe_rejected", "stripe_mismatch", "unknown_to_stripe"];
  const OVER_CODES = ["order_paid", "money_in_flight", "order_canceled"];
  const say = document.querySelector("main").dataset;
  const form = document.getElementById("pay-form");
  const button = document.getElementById("submit");
  const fault = document.getElementById("fault");
  const loading = document.getElementById("loading");
  /* Kept by this tab with its address: a reload before the answer asks for the same order. */
  const key = history.state?.key ?? say.key;

  const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

  function complain(text) {
    loading.hidden = true;
    fault.textContent = text;
  }

  /* Show the form, and ask for what it pays: the answer, `over` where nothing is left to pay, or
     nothing at all. */
  async function open(path) {
    form.hidden = false;
    if (key) history.replaceState({ key }, "");
    return window.Stripe ? ask(path) : {};
  }

  /* The same key is the same order, so asking again after a lost answer makes no second one. */
  async function ask(path) {
    const headers = { "Content-Type": "application/json" };
    if (key) headers["Idempotency-Key"] = key;
    for (let turn = 0; ; turn += 1) {
      let answer = null;
      try {
        answer = await fetch(`${say.root}/api/v1/${path}`, { method: "POST", headers, body: say.cart });
      } catch {
        /* Offline: the next turn asks again. */
      }
      const body = answer && (await answer.json().catch(() => ({})));
      if (answer?.ok) return body;
      const { order } = JSON.parse(say.cart);
      if (order && OVER_CODES.includes(body?.code)) return { over: order };
      if (REFUSAL_CODES.includes(body?.code)) return { refused: true };
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

  function ready() {
    loading.hidden = true;
    if (button) button.disabled = false;
  }

  function place(element, where) {
    element.on("ready", ready);
    element.on("loaderror", () => complain(say.sayNoForm));
    element.on("change", () => {
      fault.textContent = "";
    });
    element.mount(where);
  }

  window.payPage = { say, form, button, fault, complain, open, appearance, ready, place };
})();
