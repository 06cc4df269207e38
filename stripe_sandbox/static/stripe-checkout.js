// Checkout Sessions on a page of the merchant's own, in the shapes of Stripe.js "endive":
// initCheckoutElementsSdk, initCheckoutFormSdk and createEmbeddedCheckoutPage. Served ahead of
// stripe.js, which hands over what both need and takes this away again.
"use strict";

window.sandboxCheckout = ({ ask, demand, leave, Frame, PaymentElement }) => {
  function idOf(clientSecret) {
    const found = /^(cs_test_[A-Za-z0-9]+)_secret_[A-Za-z0-9]+$/.exec(clientSecret ?? "");
    demand(found, "Invalid value for clientSecret: it should be the client_secret of a Checkout Session.");
    return found[1];
  }

  // --- the session as Stripe.js shows it -----------------------------------------------------------

  function amountIn(currency) {
    const money = new Intl.NumberFormat(navigator.language, { style: "currency", currency });
    const divisor = 10 ** money.resolvedOptions().maximumFractionDigits;
    const amount = (minor) => ({ minorUnitsAmount: minor, amount: money.format(minor / divisor) });
    return { amount, divisor };
  }

  function lineOf(item, amount) {
    return {
      id: item.id,
      name: item.description,
      description: null,
      quantity: item.quantity,
      unitAmount: amount(item.price.unit_amount),
      subtotal: amount(item.amount_subtotal),
      discount: amount(item.amount_discount),
      taxExclusive: amount(item.amount_tax),
      taxInclusive: amount(0),
      total: amount(item.amount_total),
      priceId: item.price.id,
      recurring: null,
      images: [],
    };
  }

  function statusOf(session) {
    if (session.status !== "complete") return { type: session.status };
    return { type: "complete", paymentStatus: session.payment_status };
  }

  function shapeOf(session) {
    const { amount, divisor } = amountIn(session.currency);
    const totals = session.total_details;
    return {
      id: session.id,
      status: statusOf(session),
      canConfirm: session.status === "open" && Boolean(session.customer_email),
      currency: session.currency,
      minorUnitsAmountDivisor: divisor,
      email: session.customer_email,
      livemode: session.livemode,
      lineItems: session.line_items.data.map((item) => lineOf(item, amount)),
      lastPaymentError: null,
      total: {
        subtotal: amount(session.amount_subtotal),
        discount: amount(totals.amount_discount),
        shippingRate: amount(totals.amount_shipping),
        taxExclusive: amount(totals.amount_tax),
        taxInclusive: amount(0),
        total: amount(session.amount_total),
      },
    };
  }

  const plain = (error) => ({ type: "error", error: { message: error.message, code: null } });

  function failed(error) {
    if (error.type !== "card_error") return plain(error);
    const paymentFailed = { declineCode: error.decline_code ?? null };
    return { type: "error", error: { message: error.message, code: "paymentFailed", paymentFailed } };
  }

  // --- Elements and the form -----------------------------------------------------------------------

  class CheckoutSdk {
    #clientSecret;
    #uiMode;
    #maker;
    #element = null;
    #raw = null;
    #email = null;
    #handlers = [];
    #loading = null;

    constructor(key, { clientSecret }, uiMode, maker) {
      demand(clientSecret, `${maker}() needs a clientSecret, or a promise of one.`);
      this._key = key;
      this.#clientSecret = Promise.resolve(clientSecret);
      this.#uiMode = uiMode;
      this.#maker = maker;
    }

    on(name, handler) {
      demand(name === "change", `There is no event '${name}'.`);
      this.#handlers.push(handler);
    }

    changeAppearance() {}

    loadFonts() {}

    loadActions() {
      this.#loading ??= this.#load();
      return this.#loading;
    }

    _create(options) {
      demand(!this.#element, "Can only create one Element of this type.");
      this.#element = new PaymentElement(this, options);
      return this.#element;
    }

    get _element() {
      return this.#element;
    }

    _forget() {
      this.#element = null;
    }

    async _methods() {
      const { error } = await this.loadActions();
      return error ? { error } : { methods: this.#raw.payment_method_types };
    }

    // What a form's own button says; the Payment Element has none.
    get _button() {
      const due = () => shapeOf(this.#raw).total.total.amount;
      return this.#uiMode === "form" ? `Pay ${due()}` : null;
    }

    async #load() {
      const error = await this.#read();
      if (error) return plain(error);
      if (this.#raw.ui_mode !== this.#uiMode) {
        const message = `You must create a Checkout Session with ui_mode="${this.#uiMode}" to use ${this.#maker}`;
        return plain({ message });
      }
      return { type: "success", actions: this.#actions() };
    }

    #actions() {
      const actions = {
        getSession: () => shapeOf(this.#raw),
        confirm: (options) => this.#confirm(options),
        runServerUpdate: (update) => this.#serverUpdate(update),
      };
      if (this.#uiMode === "elements") actions.updateEmail = (email) => this.#updateEmail(email);
      return actions;
    }

    async #read() {
      const clientSecret = await this.#clientSecret;
      const path = `/v1/payment_pages/${idOf(clientSecret)}`;
      const seen = await ask(this._key, "GET", path, { client_secret: clientSecret, expand: ["line_items"] });
      if (seen.error) return seen.error;
      const changed = this.#raw !== null && JSON.stringify(seen) !== JSON.stringify(this.#raw);
      this.#raw = seen;
      if (changed) {
        this.#element?._relabel();
        for (const handler of this.#handlers) handler(shapeOf(seen));
      }
      return null;
    }

    async #updateEmail(email) {
      if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email ?? "")) {
        return { type: "error", error: { message: "Your email is invalid.", code: "invalidEmail" } };
      }
      this.#email = email;
      return { type: "success", session: { ...shapeOf(this.#raw), email, canConfirm: true } };
    }

    async #serverUpdate(update) {
      await update();
      const error = await this.#read();
      return error ? plain(error) : { type: "success", session: shapeOf(this.#raw) };
    }

    async #confirm({ returnUrl, redirect = "always", email, formConfirmEvent } = {}) {
      demand(this.#uiMode !== "form" || formConfirmEvent, "confirm() needs the formConfirmEvent of the form.");
      demand(this.#element?._isMounted, "confirm() needs a mounted Element.");
      const checked = await this.#element._ask({ say: "validate" });
      if (checked.error) return plain(checked.error);
      const known = email ?? this.#email;
      const made = await this.#element._ask({ say: "make", billing: known ? { email: known } : {} });
      if (made.error) return plain(made.error);
      const clientSecret = await this.#clientSecret;
      const body = await ask(this._key, "POST", `/v1/payment_pages/${this.#raw.id}/confirm`, {
        client_secret: clientSecret,
        payment_method: made.id,
        email: known,
        expected_amount: this.#raw.amount_total,
        expand: ["payment_intent"],
      });
      if (body.error) {
        await this.#read();
        return failed(body.error);
      }
      return this.#follow(body, returnUrl, redirect);
    }

    async #follow(body, returnUrl, redirect) {
      const challenge = body.payment_intent?.next_action?.redirect_to_url?.url;
      if (body.status === "open" && challenge) return leave(challenge);
      const back = (returnUrl ?? body.return_url).replace("{CHECKOUT_SESSION_ID}", body.id);
      if (redirect === "always") return leave(back);
      await this.#read();
      return { type: "success", session: shapeOf(this.#raw) };
    }
  }

  function elementsSdk(key, options) {
    const sdk = new CheckoutSdk(key, options, "elements", "initCheckoutElementsSdk");
    sdk.createPaymentElement = (given = {}) => sdk._create(given);
    sdk.getPaymentElement = () => sdk._element;
    return sdk;
  }

  function formSdk(key, options) {
    const sdk = new CheckoutSdk(key, options, "form", "initCheckoutFormSdk");
    sdk.createForm = (given = {}) => sdk._create(given);
    sdk.getForm = () => sdk._element;
    return sdk;
  }

  // --- the embedded page ---------------------------------------------------------------------------

  let embedded = null;

  class EmbeddedCheckout {
    #clientSecret;
    #onComplete;
    #frame = new Frame("/embedded", { title: "Checkout", name: "embedded-checkout" }, (message) => this.#hear(message));

    constructor(clientSecret, onComplete) {
      this.#clientSecret = clientSecret;
      this.#onComplete = onComplete;
    }

    mount(place) {
      this.#frame.mount(place);
    }

    unmount() {
      this.#frame.unmount();
    }

    destroy() {
      this.unmount();
      embedded = null;
    }

    #hear({ say, url }) {
      if (say === "waiting") {
        const message = { say: "open", id: idOf(this.#clientSecret), clientSecret: this.#clientSecret };
        this.#frame.tell(message);
      } else if (say === "complete") {
        this.#onComplete?.();
        if (url) leave(url);
      }
    }
  }

  async function embeddedPage({ clientSecret, fetchClientSecret, onComplete }) {
    demand(!embedded, "You cannot have multiple Embedded Checkout objects.");
    const secret = clientSecret ?? (await fetchClientSecret?.());
    idOf(secret);
    embedded = new EmbeddedCheckout(secret, onComplete);
    return embedded;
  }

  const renamed = (old, now) => () => demand(false, `${old} is no longer part of Stripe.js: use ${now}.`);

  return (key) => ({
    initCheckoutElementsSdk: (options = {}) => elementsSdk(key, options),
    initCheckoutFormSdk: (options = {}) => formSdk(key, options),
    createEmbeddedCheckoutPage: (options = {}) => embeddedPage(options),
    initCheckout: renamed("initCheckout", "initCheckoutElementsSdk"),
    initEmbeddedCheckout: renamed("initEmbeddedCheckout", "createEmbeddedCheckoutPage"),
  });
};
