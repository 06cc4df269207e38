// A stand-in for Stripe.js, for development and tests: no money moves. It offers what a page with a
// Payment Element uses, in Stripe's shapes. Card numbers are typed into a frame of the sandbox's
// own and never reach the page that loads this script.
(() => {
  "use strict";

  const HOME = new URL(document.currentScript.src).origin;
  const UNREACHABLE =
    "We are experiencing issues connecting to our payments provider. You have not been charged. " +
    "Please check your internet connection and try again.";

  class IntegrationError extends Error {
    name = "IntegrationError";
  }

  function demand(truth, message) {
    if (!truth) throw new IntegrationError(message);
  }

  function idOf(clientSecret) {
    const found = /^(pi_[A-Za-z0-9]+)_secret_[A-Za-z0-9]+$/.exec(clientSecret ?? "");
    demand(found, `Invalid value for clientSecret: it should be a client secret of the form \${id}_secret_\${secret}.`);
    return found[1];
  }

  // Taken from the two scripts that are served ahead of this one.
  const Frame = window.sandboxFrame({ HOME, demand });
  delete window.sandboxFrame;

  // --- the API -----------------------------------------------------------------------------------

  function encode(params, prefix = "") {
    return Object.entries(params).flatMap(([name, value]) => {
      const key = prefix ? `${prefix}[${name}]` : name;
      if (value === undefined || value === null) return [];
      return typeof value === "object" ? encode(value, key) : [[key, String(value)]];
    });
  }

  async function ask(key, method, path, params) {
    const form = new URLSearchParams(encode(params));
    const isRead = method === "GET";
    try {
      const answer = await fetch(`${HOME}${path}${isRead ? `?${form}` : ""}`, {
        method,
        headers: { Authorization: `Bearer ${key}` },
        body: isRead ? undefined : form,
        credentials: "omit",
      });
      return await answer.json();
    } catch {
      return { error: { type: "api_connection_error", message: UNREACHABLE } };
    }
  }

  async function readIntent(key, clientSecret) {
    const path = `/v1/payment_intents/${idOf(clientSecret)}`;
    return outcome(await ask(key, "GET", path, { client_secret: clientSecret }));
  }

  const outcome = (body) => (body.error ? { error: body.error } : { paymentIntent: body });

  // --- the Payment Element -----------------------------------------------------------------------

  class PaymentElement {
    #elements;
    #options;
    #frame = new Frame(
      "/elements/payment",
      { title: "Secure payment input frame", name: "__privateStripeFrame" },
      (message) => this.#hear(message),
    );
    #listeners = new Map();
    #waiting = new Map();
    #turn = 0;

    constructor(elements, options) {
      this.#elements = elements;
      this.#options = options;
    }

    mount(place) {
      this.#frame.mount(place, () => this.#begin());
    }

    unmount() {
      this.#frame.unmount();
    }

    destroy() {
      this.unmount();
      this.#listeners.clear();
      this.#elements._forget(this);
    }

    on(name, handler) {
      this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), handler]);
      return this;
    }

    off(name, handler) {
      const kept = (this.#listeners.get(name) ?? []).filter((one) => handler && one !== handler);
      this.#listeners.set(name, kept);
      return this;
    }

    once(name, handler) {
      const first = (event) => {
        this.off(name, first);
        handler(event);
      };
      return this.on(name, first);
    }

    update(options) {
      this.#options = { ...this.#options, ...options };
      if (options.readOnly !== undefined) this.#frame.tell({ say: "lock", locked: options.readOnly });
    }

    focus() {
      this.#frame.element?.focus();
      this.#frame.tell({ say: "focus" });
    }

    blur() {
      this.#frame.tell({ say: "blur" });
    }

    collapse() {}

    get _isMounted() {
      return this.#frame.element?.isConnected ?? false;
    }

    // Ask the frame something and wait for its answer.
    _ask(question) {
      const turn = ++this.#turn;
      return new Promise((resolve) => {
        this.#waiting.set(turn, resolve);
        this.#frame.tell({ ...question, turn });
      });
    }

    async #begin() {
      const { methods, error } = await this.#elements._methods();
      if (error) {
        this.#emit("loaderror", { error });
        return;
      }
      const email = this.#options.defaultValues?.billingDetails?.email ?? "";
      const button = this.#elements._button ?? null;
      await this._ask({ say: "show", methods, email, key: this.#elements._key, button });
      this.#emit("ready", {});
    }

    // The amount on a form's own button has changed.
    _relabel() {
      this.#frame.tell({ say: "relabel", button: this.#elements._button ?? null });
    }

    #emit(name, more) {
      for (const handler of this.#listeners.get(name) ?? []) handler({ elementType: "payment", ...more });
    }

    #hear({ say, turn, ...rest }) {
      if (say === "answer") {
        this.#waiting.get(turn)?.(rest.answer);
        this.#waiting.delete(turn);
      } else if (say === "enter") {
        this.#frame.element?.closest("form")?.requestSubmit();
      } else if (["change", "confirm", "focus", "blur", "escape"].includes(say)) {
        this.#emit(say, rest);
      }
    }
  }

  class Elements {
    #options;
    #element = null;

    constructor(key, options) {
      demand(!options.paymentMethodTypes, "paymentMethodTypes is no longer supported by elements().");
      demand(options.clientSecret || options.mode, "In order to create a Payment Element, you must pass a clientSecret or mode when creating the Elements group.");
      if (options.clientSecret) idOf(options.clientSecret);
      this._key = key;
      this.#options = options;
    }

    get _clientSecret() {
      return this.#options.clientSecret;
    }

    create(type, options = {}) {
      demand(type === "payment", `The sandbox has only the Payment Element, not '${type}'.`);
      demand(!this.#element, "Can only create one Element of type 'payment' through elements().");
      this.#element = new PaymentElement(this, options);
      return this.#element;
    }

    getElement(type) {
      return type === "payment" ? this.#element : null;
    }

    update(options) {
      this.#options = { ...this.#options, ...options };
    }

    async fetchUpdates() {
      const { error } = await this._methods();
      return error ? { error } : {};
    }

    async submit() {
      demand(this.#element?._isMounted, "Elements needs a mounted Payment Element before submit() is called.");
      return this.#element._ask({ say: "validate" });
    }

    _forget(element) {
      if (this.#element === element) this.#element = null;
    }

    async _methods() {
      if (!this._clientSecret) {
        const debit = { eur: ["sepa_debit"], usd: ["us_bank_account"] }[this.#options.currency] ?? [];
        return { methods: ["card", ...debit, "customer_balance"] };
      }
      const { paymentIntent, error } = await readIntent(this._key, this._clientSecret);
      return error ? { error } : { methods: paymentIntent.payment_method_types };
    }
  }

  // --- confirming --------------------------------------------------------------------------------

  function leave(url) {
    window.location.assign(url);
    return new Promise(() => {}); // as Stripe.js: the page is on its way
  }

  function returnTo(url, intent) {
    const target = new URL(url, window.location.href);
    const status = { succeeded: "succeeded", requires_capture: "succeeded" }[intent.status] ?? "pending";
    target.searchParams.set("payment_intent", intent.id);
    target.searchParams.set("payment_intent_client_secret", intent.client_secret);
    target.searchParams.set("redirect_status", status);
    return leave(target.href);
  }

  function follow(intent, returnUrl, redirect) {
    const challenge = intent.next_action?.redirect_to_url?.url;
    if (intent.status === "requires_action" && challenge) return leave(challenge);
    if (redirect === "if_required" || !returnUrl) return { paymentIntent: intent };
    return returnTo(returnUrl, intent);
  }

  async function confirmWith(key, clientSecret, params, redirect) {
    const path = `/v1/payment_intents/${idOf(clientSecret)}/confirm`;
    const body = await ask(key, "POST", path, { ...params, client_secret: clientSecret });
    return body.error ? { error: body.error } : follow(body, params.return_url, redirect);
  }

  async function confirmPayment(key, { elements, clientSecret, confirmParams = {}, redirect = "always" }) {
    const secret = clientSecret ?? elements?._clientSecret;
    demand(secret, "confirmPayment needs elements made with a clientSecret, or a clientSecret.");
    demand(
      redirect === "if_required" || confirmParams.return_url,
      "Missing value for confirmPayment(): confirmParams.return_url should be a url string.",
    );
    const { payment_method: given, payment_method_data: data, ...rest } = confirmParams;
    let method = given;
    if (elements) {
      const checked = await elements.submit();
      if (checked.error) return { error: checked.error };
      const made = await elements.getElement("payment")._ask({ say: "make", billing: data?.billing_details });
      if (made.error) return { error: made.error };
      method = made.id;
    }
    return confirmWith(key, secret, { ...rest, payment_method: method }, redirect);
  }

  async function handleNextAction(key, clientSecret) {
    const read = await readIntent(key, clientSecret);
    return read.error ? read : follow(read.paymentIntent, null, "if_required");
  }

  // --- window.Stripe -----------------------------------------------------------------------------

  const checkout = window.sandboxCheckout({ ask, demand, leave, Frame, PaymentElement });
  delete window.sandboxCheckout;

  function Stripe(key) {
    demand(/^pk_/.test(key ?? ""), "Please call Stripe() with your publishable key. It starts with pk_.");
    demand(/^pk_test_/.test(key), "The sandbox takes test keys only: no money moves here.");
    return {
      elements: (options = {}) => new Elements(key, options),
      confirmPayment: (options) => confirmPayment(key, options),
      confirmCardPayment: (clientSecret, data = {}) =>
        confirmWith(key, clientSecret, { payment_method: data.payment_method, return_url: data.return_url }, "if_required"),
      handleNextAction: ({ clientSecret }) => handleNextAction(key, clientSecret),
      retrievePaymentIntent: (clientSecret) => readIntent(key, clientSecret),
      ...checkout(key),
      registerAppInfo: () => {},
      _registerWrapper: () => {},
    };
  }

  Stripe.version = "endive";
  Stripe.sandbox = true;
  if (!window.Stripe) window.Stripe = Stripe;
})();
