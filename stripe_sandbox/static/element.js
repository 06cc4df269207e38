// The card form inside the Payment Element's frame. It talks to nobody but the page around it, by
// messages, and to the sandbox's API; a card number is never part of a message.
(() => {
  "use strict";

  const form = document.getElementById("element");
  const field = (name) => form.elements[name];
  const digits = (text) => text.replace(/\D/g, "");
  let home = null; // the page around us: its origin, known from its first message
  let key = "";

  const place = (id) => document.getElementById(id);
  const say = (message) => window.parent.postMessage(message, home ?? "*");

  // --- what is wrong with what was typed ---------------------------------------------------------

  const wrong = (code, message) => ({ type: "validation_error", code, message });

  function luhn(number) {
    const sum = [...number].reverse().reduce((total, digit, place) => {
      const value = Number(digit) * (place % 2 ? 2 : 1);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
    return sum % 10 === 0;
  }

  function expiry() {
    const found = /^(\d{1,2})\s*\/?\s*(\d{2}|\d{4})$/.exec(field("expiry").value.trim());
    if (!found) return null;
    return { month: Number(found[1]), year: Number(found[2]) % 100 + 2000 };
  }

  function checkCard() {
    const number = digits(field("number").value);
    if (number.length < 13) return wrong("incomplete_number", "Your card number is incomplete.");
    if (!luhn(number)) return wrong("invalid_number", "Your card number is invalid.");
    const until = expiry();
    if (!until || until.month < 1 || until.month > 12)
      return wrong("incomplete_expiry", "Your card's expiration date is incomplete.");
    if (new Date(until.year, until.month) <= new Date())
      return wrong("invalid_expiry_year_past", "Your card's expiration year is in the past.");
    if (digits(field("cvc").value).length < 3)
      return wrong("incomplete_cvc", "Your card's security code is incomplete.");
    return null;
  }

  function checkIban() {
    const iban = field("iban").value.replace(/\s/g, "").toUpperCase();
    if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(iban)) return wrong("incomplete_iban", "Your IBAN is incomplete.");
    const moved = iban.slice(4) + iban.slice(0, 4);
    const spelled = [...moved].map((sign) => parseInt(sign, 36)).join("");
    return BigInt(spelled) % 97n === 1n ? null : wrong("invalid_iban", "Your IBAN is invalid.");
  }

  function checkAccount() {
    const complete = digits(field("account").value).length === 12;
    return complete ? null : wrong("incomplete_account_number", "Your account number is incomplete.");
  }

  const CHECKS = { card: checkCard, sepa_debit: checkIban, us_bank_account: checkAccount };
  const kind = () => field("method").value;
  const fault = () => CHECKS[kind()]?.() ?? null;

  // --- the payment method ------------------------------------------------------------------------

  function details() {
    if (kind() === "card") {
      const until = expiry();
      const card = { number: digits(field("number").value), cvc: digits(field("cvc").value) };
      return { "card[number]": card.number, "card[exp_month]": until.month, "card[exp_year]": until.year, "card[cvc]": card.cvc };
    }
    if (kind() === "sepa_debit") return { "sepa_debit[iban]": field("iban").value };
    if (kind() === "us_bank_account") return { "us_bank_account[account_number]": digits(field("account").value) };
    return {};
  }

  async function make(billing = {}) {
    const email = billing.email || field("email").value;
    const params = { type: kind(), ...details() };
    if (email) params["billing_details[email]"] = email;
    if (billing.name) params["billing_details[name]"] = billing.name;
    try {
      const answer = await fetch("/v1/payment_methods", {
        method: "POST",
        headers: { Authorization: `Bearer ${key}` },
        body: new URLSearchParams(params),
      });
      const body = await answer.json();
      return body.error ? { error: body.error } : { id: body.id };
    } catch {
      return { error: { type: "api_connection_error", message: "The payment form is offline. You have not been charged." } };
    }
  }

  // --- the form ----------------------------------------------------------------------------------

  function showKind() {
    for (const part of form.querySelectorAll("[data-kind]")) part.hidden = part.dataset.kind !== kind();
  }

  // A form asks for the e-mail and has a button of its own; the Payment Element leaves both to the page.
  function label(button) {
    place("email").hidden = place("pay").hidden = !button;
    place("pay").textContent = button;
  }

  function show({ methods, email, key: given, button }) {
    key = given;
    field("email").value ||= email;
    label(button);
    const offered = [...form.querySelectorAll("[name=method]")];
    for (const choice of offered) choice.closest("label").hidden = !methods.includes(choice.value);
    const first = offered.find((choice) => methods.includes(choice.value));
    if (first) first.checked = true;
    showKind();
    form.hidden = false;
    return {};
  }

  function tellError(error) {
    place("problem").textContent = error?.message ?? "";
    place("problem").hidden = !error;
  }

  function checkEmail() {
    const typed = field("email").validity;
    const fine = place("email").hidden || (typed.valid && field("email").value);
    return fine ? null : wrong("incomplete_email", "Your email is incomplete.");
  }

  function validate() {
    const error = checkEmail() ?? fault();
    tellError(error);
    return error ? { error } : { selectedPaymentMethod: kind() };
  }

  const ANSWERS = { show, validate, make: ({ billing }) => make(billing) };

  window.addEventListener("message", async (event) => {
    if (event.source !== window.parent || (home && event.origin !== home)) return;
    home = event.origin;
    const { say: asked, turn } = event.data;
    if (asked in ANSWERS) say({ say: "answer", turn, answer: await ANSWERS[asked](event.data) });
    else if (asked === "focus") form.querySelector("input:not([type=radio]):not([hidden])")?.focus();
    else if (asked === "blur") document.activeElement?.blur();
    else if (asked === "lock") form.inert = event.data.locked;
    else if (asked === "relabel") label(event.data.button);
  });

  form.addEventListener("input", (event) => {
    if (event.target.name === "method") showKind();
    tellError(null);
    const texts = [...form.querySelectorAll(`[data-kind=${kind()}] input`)];
    say({ say: "change", complete: !fault(), empty: texts.every((one) => !one.value), collapsed: false, value: { type: kind() } });
  });
  const confirm = () => {
    if (validate().error) return;
    say({ say: "confirm", source: "checkout-form-pay-button", paymentMethodType: kind() });
  };

  form.addEventListener("submit", (event) => event.preventDefault());
  place("pay").addEventListener("click", confirm);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input:not([type=radio])")) {
      if (place("pay").hidden) say({ say: "enter" });
      else confirm();
    }
    if (event.key === "Escape") say({ say: "escape" });
  });
  form.addEventListener("focusin", () => say({ say: "focus" }));
  form.addEventListener("focusout", () => say({ say: "blur" }));
  new ResizeObserver(() => say({ say: "size", height: Math.ceil(document.documentElement.getBoundingClientRect().height) })).observe(document.documentElement);
})();
