/* Shows a Checkout Session on this page: Stripe's Elements, its form, or its page in a frame. The
   server prices the order and says whether it is paid; the client secret lives in this script's
   memory and nowhere else. */
(() => {
  "use strict";
  const { say, form, button, fault, complain, open, appearance, ready, place } = window.payPage;
  const email = document.getElementById("email");
  const announcer = document.getElementById("announcer");
  let opened = null;
  let checkout = null;
  let actions = null;
  let busy = false;

  const showOrder = (id) => location.replace(`${say.root}/orders/${encodeURIComponent(id)}`);

  const MOUNT = {
    elements(stripe, clientSecret) {
      checkout = stripe.initCheckoutElementsSdk({ clientSecret, elementsOptions: { appearance: appearance() } });
      place(checkout.createPaymentElement({ layout: "tabs" }), "#checkout");
      return follow();
    },
    form(stripe, clientSecret) {
      checkout = stripe.initCheckoutFormSdk({ clientSecret, appearance: appearance() });
      const element = checkout.createForm({ layout: "compact" });
      element.on("confirm", (formConfirmEvent) => confirm({ formConfirmEvent }));
      place(element, "#checkout");
      return follow();
    },
    async embedded(stripe, clientSecret) {
      const page = await stripe.createEmbeddedCheckoutPage({ clientSecret });
      page.mount("#checkout");
      ready();
    },
  };

  /* The session may be over, and its items may change while the page is open. */
  async function follow() {
    checkout.on("change", (session) => {
      if (session.status.type !== "open") return showOrder(opened.order.id);
      show(session);
      fault.textContent = say.sayChanged;
    });
    const loaded = await checkout.loadActions();
    if (loaded.type === "error") return complain(say.sayNoForm);
    actions = loaded.actions;
    const session = actions.getSession();
    if (session.status.type !== "open") return showOrder(opened.order.id);
    if (email) email.hidden = Boolean(session.email);
    if (email) email.control.disabled = email.hidden;
    return show(session);
  }

  function show(session) {
    const row = (item) => {
      const line = document.querySelector("template#line").content.cloneNode(true);
      line.querySelector("bdi").textContent = item.name;
      line.querySelector(".quiet").textContent = item.quantity > 1 ? `\u00d7 ${item.quantity}` : "";
      line.querySelector("td").textContent = item.subtotal.amount;
      return line;
    };
    const total = session.total.total.amount;
    document.querySelector(".summary tbody").replaceChildren(...session.lineItems.map(row));
    document.querySelector(".summary .total td").textContent = total;
    if (button && !busy) button.querySelector(".said").textContent = say.sayPay.replace("{amount}", total);
  }

  async function begin() {
    opened = await open("checkout-sessions");
    if (opened.over) return showOrder(opened.over);
    if (opened.id && !opened.client_secret) return showOrder(opened.order.id);
    if (!opened.client_secret) return complain(opened.refused ? say.sayRefused : say.sayNoForm);
    /* From here a reload pays this very order. */
    const order = encodeURIComponent(opened.order.id);
    history.replaceState(null, "", `${say.root}/pay?ui=${say.ui}&order=${order}`);
    const secret = opened.client_secret;
    delete opened.client_secret;
    try {
      return await MOUNT[say.ui](window.Stripe(opened.publishable_key), secret);
    } catch {
      return complain(say.sayNoForm);
    }
  }

  function lock(locked) {
    busy = locked;
    announcer.textContent = locked ? say.sayPaying : "";
    if (!button) return;
    button.disabled = locked;
    button.setAttribute("aria-busy", String(locked));
    if (locked) button.querySelector(".said").textContent = say.sayPaying;
    else show(actions.getSession());
  }

  /* Stripe says no more than a message; whether it was paid elsewhere is for the server to say. */
  async function confirm(options) {
    if (busy || !actions) return;
    const hadFocus = document.activeElement === button;
    const before = actions.getSession().total.total.minorUnitsAmount;
    fault.textContent = "";
    lock(true);
    let result = null;
    try {
      result = await actions.confirm(options);
    } catch {
      /* Said below as a lost connection. */
    }
    lock(false);
    if (hadFocus) button.focus();
    const { status, total } = actions.getSession();
    if (status.type !== "open") return void showOrder(opened.order.id);
    const changed = total.total.minorUnitsAmount !== before;
    fault.textContent = result === null ? say.sayUnreachable : changed ? say.sayChanged : result.error.message || say.sayFailed;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    confirm(email && !email.hidden ? { email: email.control.value.trim() } : {});
  });

  /* Back at this tab, or back from the bank's page: it may have been paid or changed meanwhile. */
  const look = () => {
    if (actions && !busy) actions.runServerUpdate(async () => {});
  };
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    if (busy) lock(false);
    look();
  });

  begin();
})();
