// The server around Better Auth: its plans at Stripe, its hooks, its users, its door for webhooks.

import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { organization } from "better-auth/plugins";
import { stripe as stripePlugin } from "@better-auth/stripe";
import Stripe from "stripe";

const sandbox = process.env.SANDBOX;

export async function shop() {
  const { hostname: host, port } = new URL(sandbox);
  const stripe = new Stripe("sk_test_1", { host, port: Number(port), protocol: "http" });
  const plans = await atStripe(stripe);
  let answer;
  const server = createServer((request, response) => answer(request, response));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const hook = `${origin}/api/auth/stripe/webhook`;
  const { secret } = await stripe.webhookEndpoints.create({ url: hook, enabled_events: ["*"] });

  const seen = [];
  const told = (what) => ({ subscription, plan }) => seen.push([what, subscription?.plan ?? plan?.name]);
  const database = { user: [], session: [], account: [], verification: [], subscription: [], organization: [], member: [], invitation: [] };
  const auth = betterAuth({
    baseURL: origin,
    database: memoryAdapter(database),
    emailAndPassword: { enabled: true },
    logger: { disabled: true },
    rateLimit: { enabled: false },
    secret: "of-no-use-outside-these-steps-0123456789",
    user: { changeEmail: { enabled: true, updateEmailWithoutVerification: true } },
    plugins: [
      organization(),
      stripePlugin({
        stripeClient: stripe,
        stripeWebhookSecret: secret,
        createCustomerOnSignUp: true,
        organization: { enabled: true },
        subscription: {
          enabled: true,
          authorizeReference: async () => true,
          getCheckoutSessionParams: ({ plan }) =>
            plan.name === "coded" ? { params: { discounts: [{ coupon: plans.half }] } } : {},
          plans: [
            { name: "basic", priceId: plans.basic, annualDiscountPriceId: plans.year, limits: { projects: 5 } },
            { name: "pro", priceId: plans.pro },
            { name: "coded", priceId: plans.coded },
            { name: "keyed", lookupKey: "keyed_monthly" },
            { name: "trial", priceId: plans.trial, freeTrial: { days: 7, onTrialStart: (subscription) => told("trial started")({ subscription }) } },
          ],
          onSubscriptionComplete: told("complete"),
          onSubscriptionCreated: told("created"),
          onSubscriptionUpdate: told("updated"),
          onSubscriptionCancel: told("cancel"),
          onSubscriptionDeleted: told("deleted"),
        },
      }),
    ],
  });
  answer = toNodeHandler(auth);
  return {
    stripe, database, plans, control,
    open: (name) => signUp(origin, name, database),
    heard: (what, plan) => seen.some(([one, other]) => one === what && other === plan),
    sign: (payload) => stripe.webhooks.generateTestHeaderString({ payload, secret }),
    send: async (body, signature) => {
      const headers = { "content-type": "application/json", ...(signature && { "stripe-signature": signature }) };
      return (await fetch(hook, { method: "POST", body, headers })).status;
    },
  };
}

async function atStripe(stripe) {
  const product = (await stripe.products.create({ name: "Club" })).id;
  const price = async (amount, interval = "month", more = {}) => {
    const recurring = { interval };
    return (await stripe.prices.create({ product, unit_amount: amount, currency: "usd", recurring, ...more })).id;
  };
  return {
    basic: await price(900),
    year: await price(9000, "year"),
    pro: await price(2900),
    coded: await price(900),
    keyed: await price(500, "month", { lookup_key: "keyed_monthly" }),
    trial: await price(700),
    half: (await stripe.coupons.create({ percent_off: 50, duration: "once" })).id,
  };
}

export async function control(path, body) {
  const asked = { method: "POST", body: JSON.stringify(body ?? {}) };
  const answer = await fetch(`${sandbox}/_sandbox/${path}`, asked);
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.error?.message ?? `${answer.status}`);
  return said;
}

async function signUp(origin, name, database) {
  const email = `${name}@example.com`;
  const headers = { "content-type": "application/json", origin };
  const asked = async (path, options) => {
    const answer = await fetch(`${origin}/api/auth${path}`, { headers, ...options });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said?.message ?? `${answer.status}`);
    return [said, answer];
  };
  const post = (path, body) => asked(path, { method: "POST", body: JSON.stringify(body) });
  const [{ user }, answer] = await post("/sign-up/email", { email, name, password: "correct horse battery" });
  headers.cookie = answer.headers.getSetCookie().map((one) => one.split(";")[0]).join("; ");
  return {
    id: user.id,
    email,
    customer: () => database.user.find((row) => row.id === user.id).stripeCustomerId,
    get: async (path) => (await asked(path, {}))[0],
    post: async (path, body) => (await post(path, body))[0],
    follow: async (url) => (await fetch(url, { headers, redirect: "manual" })).headers.get("location"),
  };
}
