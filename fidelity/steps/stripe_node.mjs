// stripe-node: the calls of a shop's server, lists that turn their own pages, signed events.

import http from "node:http";
import Stripe from "stripe";
import { check, take, until } from "./steps.mjs";

const { hostname: host, port } = new URL(process.env.SANDBOX);
const stripe = new Stripe("sk_test_1", { host, port: Number(port), protocol: "http" });
const base = { amount: 1500, currency: "usd" };
const ways = { automatic_payment_methods: { enabled: true, allow_redirects: "never" } };

const product = () => stripe.products.create({ name: "Poster" });
const price = async (more = {}) =>
  stripe.prices.create({ product: (await product()).id, unit_amount: 1500, currency: "usd", ...more });
const monthly = () => price({ recurring: { interval: "month" } });
const paid = (method = "pm_card_visa", more = {}) =>
  stripe.paymentIntents.create({ ...base, ...ways, confirm: true, payment_method: method, ...more });
const session = async () =>
  stripe.checkout.sessions.create({
    mode: "payment",
    success_url: "https://shop.test/",
    line_items: [{ price: (await price()).id, quantity: 1 }],
  });
const customer = async () => {
  const made = await stripe.customers.create({ email: "jenny@example.com" });
  const kept = await stripe.paymentMethods.attach("pm_card_visa", { customer: made.id });
  return stripe.customers.update(made.id, { invoice_settings: { default_payment_method: kept.id } });
};
const subscription = async (more = {}) =>
  stripe.subscriptions.create({
    customer: (await customer()).id,
    items: [{ price: (await monthly()).id }],
    ...more,
  });

async function refusal(call) {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error("it was not refused");
}

async function signedEvent() {
  const seen = [];
  const server = http.createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      seen.push({ body: Buffer.concat(parts), signature: request.headers["stripe-signature"] });
      response.end();
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const url = `http://127.0.0.1:${server.address().port}/`;
    const endpoint = await stripe.webhookEndpoints.create({ url, enabled_events: ["*"] });
    await stripe.customers.create({ email: "hook@example.com" });
    const { body, signature } = await until(() => seen[0], "no event came");
    const event = stripe.webhooks.constructEvent(body, signature, endpoint.secret);
    check(event.type === "customer.created", event.type);
    await stripe.webhookEndpoints.del(endpoint.id);
  } finally {
    server.close();
  }
}

await take({
  "products.create": product,
  "products.update": async () => stripe.products.update((await product()).id, { active: false }),
  "products.del": async () => stripe.products.del((await product()).id),
  "prices.create": price,
  "prices.list, by lookup key": async () => {
    const made = await price({ lookup_key: `key_${Date.now()}` });
    const { data } = await stripe.prices.list({ lookup_keys: [made.lookup_key] });
    check(data[0].id === made.id, "another price");
  },
  "customers.create": customer,
  "customers.retrieve, deleted": async () => {
    const { id } = await stripe.customers.create();
    await stripe.customers.del(id);
    check((await stripe.customers.retrieve(id)).deleted, "it is still there");
  },
  "customers.list, all pages": async () => {
    for (let n = 0; n < 5; n += 1) await stripe.customers.create();
    const all = await stripe.customers.list({ limit: 2 }).autoPagingToArray({ limit: 100 });
    check(all.length >= 5, `${all.length} came`);
  },
  "customers.search": async () => {
    await stripe.customers.create({ email: "searched@example.com" });
    const { data } = await stripe.customers.search({ query: "email:'searched@example.com'" });
    check(data.length === 1, `${data.length} were found`);
  },
  "paymentIntents.create, confirmed": () => paid(),
  "paymentIntents.create, declined": async () => {
    const error = await refusal(() => paid("pm_card_visa_chargeDeclined"));
    check(error instanceof Stripe.errors.StripeCardError, error.message);
  },
  "paymentIntents.create, twice with one key": async () => {
    const options = { idempotencyKey: `key_${Date.now()}` };
    const [one, two] = [
      await stripe.paymentIntents.create({ ...base, ...ways }, options),
      await stripe.paymentIntents.create({ ...base, ...ways }, options),
    ];
    check(one.id === two.id, "two intents");
  },
  "paymentIntents.capture": async () =>
    stripe.paymentIntents.capture((await paid("pm_card_visa", { capture_method: "manual" })).id),
  "paymentIntents.search": async () => {
    await paid("pm_card_visa", { metadata: { order: "42" } });
    const { data } = await stripe.paymentIntents.search({ query: "metadata['order']:'42'" });
    check(data[0].status === "succeeded", data[0].status);
  },
  "refunds.create": async () => stripe.refunds.create({ payment_intent: (await paid()).id }),
  "charges.retrieve, expanded": async () => {
    const { latest_charge: id } = await paid();
    const charge = await stripe.charges.retrieve(id, { expand: ["balance_transaction"] });
    check(charge.balance_transaction.net === 1500, "no transaction");
  },
  "setupIntents.create, confirmed": async () => {
    const made = await stripe.setupIntents.create({ ...ways, confirm: true, payment_method: "pm_card_visa" });
    check(made.status === "succeeded", made.status);
  },
  "paymentMethods.list": async () => {
    const owner = await customer();
    const { data } = await stripe.paymentMethods.list({ customer: owner.id, type: "card" });
    check(data.length === 1, `${data.length} are kept`);
  },
  "checkout.sessions.create": session,
  "checkout.sessions.listLineItems": async () =>
    stripe.checkout.sessions.listLineItems((await session()).id),
  "checkout.sessions.expire": async () => stripe.checkout.sessions.expire((await session()).id),
  "paymentLinks.create": async () =>
    stripe.paymentLinks.create({ line_items: [{ price: (await price()).id, quantity: 1 }] }),
  "coupons.create": () => stripe.coupons.create({ percent_off: 10, duration: "once" }),
  "subscriptions.create": async () => {
    const made = await subscription({ expand: ["latest_invoice"] });
    check(made.status === "active", made.status);
    check(made.latest_invoice.status === "paid", made.latest_invoice.status);
  },
  "subscriptions.update": async () =>
    stripe.subscriptions.update((await subscription()).id, { cancel_at_period_end: true }),
  "subscriptions.cancel": async () => stripe.subscriptions.cancel((await subscription()).id),
  "invoices.create, finalized and paid": async () => {
    const { id } = await customer();
    await stripe.invoiceItems.create({ customer: id, ...base });
    const behavior = { pending_invoice_items_behavior: "include" };
    const draft = await stripe.invoices.create({ customer: id, ...behavior });
    await stripe.invoices.finalizeInvoice(draft.id);
    check((await stripe.invoices.pay(draft.id)).status === "paid", "it is not paid");
  },
  "billingPortal.sessions.create": async () =>
    stripe.billingPortal.sessions.create({ customer: (await customer()).id }),
  "events.list": async () => check((await stripe.events.list()).data.length === 10, "no page"),
  "balance.retrieve": () => stripe.balance.retrieve(),
  "accounts.retrieveCurrent": () => stripe.accounts.retrieveCurrent(),
  "webhooks.constructEvent": signedEvent,
  "a wrong id": async () => {
    const error = await refusal(() => stripe.customers.retrieve("cus_no"));
    check(error.code === "resource_missing" && error.statusCode === 404, error.message);
  },
});
