// Better Auth's Stripe plugin: users sign up, subscribe, change their minds; webhooks over HTTP.

import { check, take, until } from "./steps.mjs";
import { shop } from "./better_auth_shop.mjs";

const DAY = 86_400;
const { stripe, control, open, database, plans, heard, sign, send } = await shop();
const users = new Map();

async function user(name) {
  if (!users.has(name)) users.set(name, await open(name));
  return users.get(name);
}
const rowOf = (someone) => database.subscription.filter((row) => row.referenceId === someone.id).at(-1);
const becomes = (someone, state, why) =>
  until(() => {
    const row = rowOf(someone);
    return row && Object.entries(state).every(([name, value]) => String(row[name]) === String(value)) && row;
  }, `${why}: ${JSON.stringify(rowOf(someone))}`);
const upgrade = (someone, plan, more = {}) =>
  someone.post("/subscription/upgrade", { plan, successUrl: "/thanks", cancelUrl: "/plans", ...more });
const pay = (session, body) => control(`checkout/sessions/${session.id}/pay`, body);

// Sign a user up and let them pay for a plan; return their subscription at Stripe.
async function subscriber(name, plan = "basic", more = {}) {
  const someone = await user(name);
  await pay(await upgrade(someone, plan, more));
  const row = await becomes(someone, { status: "active" }, `${name} is not active`);
  return { someone, row, subscription: await stripe.subscriptions.retrieve(row.stripeSubscriptionId) };
}
const anEvent = async () =>
  JSON.stringify((await stripe.events.list({ type: "checkout.session.completed" })).data[0]);
const complete = (url) => control(`billing_portal/sessions/${url.split("/").at(-1)}/complete`);
async function refused(asked, words) {
  const error = await asked.then(() => null, (found) => found);
  check(error?.message.includes(words), `the answer is ${error?.message ?? "yes"}`);
}

await take({
  "sign-up makes a customer": async () => {
    const jenny = await user("jenny");
    const customer = await stripe.customers.retrieve(jenny.customer());
    check(customer.email === jenny.email && customer.name === "jenny", `the customer is ${customer.email}`);
    check(customer.metadata.userId === jenny.id, "the customer does not know its user");
  },
  "sign-up takes no stranger's customer": async () => {
    const old = await stripe.customers.create({ email: "olga@example.com" });
    check((await user("olga")).customer() !== old.id, "an unverified address took a customer");
  },
  "a new address reaches the customer": async () => {
    const ada = await user("ada");
    await ada.post("/change-email", { newEmail: "ada@new.example.com" });
    check((await stripe.customers.retrieve(ada.customer())).email === "ada@new.example.com", "it stayed");
  },
  "upgrade opens a page of Checkout": async () => {
    const jenny = await user("jenny");
    const opened = await upgrade(jenny, "basic");
    const session = await stripe.checkout.sessions.retrieve(opened.id);
    check(session.mode === "subscription" && session.url === opened.url, `the mode is ${session.mode}`);
    check(session.customer === jenny.customer(), `it is ${session.customer}'s`);
    check(session.client_reference_id === jenny.id && session.metadata.subscriptionId, "it names nobody");
    check(rowOf(jenny).status === "incomplete", `the row is ${rowOf(jenny).status}`);
  },
  "a declined card leaves it incomplete": async () => {
    const dora = await user("dora");
    await refused(pay(await upgrade(dora, "basic"), { payment_method: "4000000000000002" }), "declined");
    check(rowOf(dora).status === "incomplete", `the row is ${rowOf(dora).status}`);
  },
  "paying makes it active": async () => {
    const { row, subscription } = await subscriber("jenny");
    const [item] = subscription.items.data;
    check(Number(row.periodStart) === item.current_period_start * 1000, "it starts at another time");
    check(Number(row.periodEnd) === item.current_period_end * 1000, "it ends at another time");
    check(row.billingInterval === "month" && row.seats === 1, `${row.billingInterval} ${row.seats}`);
    check(subscription.metadata.subscriptionId === row.id, "Stripe does not know the row");
  },
  "the hook of a finished purchase runs": () => until(() => heard("complete", "basic"), "it did not run"),
  "the page of success leads on": async () => {
    const someone = await user("sue");
    const session = await upgrade(someone, "basic");
    await pay(session);
    const to = await someone.follow(session.success_url.replace("{CHECKOUT_SESSION_ID}", session.id));
    check(to.endsWith("/thanks"), `it leads to ${to}`);
    check(rowOf(someone).status === "active", `the row is ${rowOf(someone).status}`);
  },
  "active subscriptions are listed": async () => {
    const [one, ...rest] = await (await user("jenny")).get("/subscription/list");
    check(one.plan === "basic" && one.priceId === plans.basic && !rest.length, JSON.stringify(one));
    check(one.limits.projects === 5, "without its limits");
  },
  "the same plan twice is refused": async () =>
    refused(upgrade(await user("jenny"), "basic"), "already subscribed"),
  "an unknown plan is refused": async () => refused(upgrade(await user("jenny"), "gold"), "plan not found"),
  "seats": async () => {
    const { row, subscription } = await subscriber("team", "basic", { seats: 4 });
    check(subscription.items.data[0].quantity === 4 && row.seats === 4, `${row.seats} seats`);
  },
  "a plan by its lookup key": async () => {
    const { subscription } = await subscriber("keyed", "keyed");
    check(subscription.items.data[0].price.lookup_key === "keyed_monthly", "another price");
  },
  "a year": async () => {
    const { row } = await subscriber("anna", "basic", { annual: true });
    check(row.billingInterval === "year", `each ${row.billingInterval}`);
  },
  "a trial, once": async () => {
    const tom = await user("tom");
    await pay(await upgrade(tom, "trial"));
    const row = await becomes(tom, { status: "trialing" }, "no trial");
    check(Number(row.trialEnd) - Number(row.trialStart) === 7 * DAY * 1000, "not seven days");
    await until(() => heard("trial started", "trial"), "the hook did not run");
    await stripe.subscriptions.cancel(row.stripeSubscriptionId);
    await becomes(tom, { status: "canceled" }, "the trial goes on");
    const again = await upgrade(tom, "trial");
    check(again.amount_total > 0, "a second trial is given");
  },
  "a discount in Checkout": async () => {
    const { subscription } = await subscriber("dan", "coded");
    const invoice = await stripe.invoices.retrieve(subscription.latest_invoice);
    check(invoice.total === 450, `the first invoice is ${invoice.total}`);
  },
  "the portal opens": async () => {
    const { url } = await (await user("jenny")).post("/subscription/billing-portal", { returnUrl: "/plans" });
    check(url.startsWith("http"), `it is at ${url}`);
  },
  "the portal opens in a language": async () => {
    const asked = { returnUrl: "/plans", locale: "de" };
    check((await (await user("jenny")).post("/subscription/billing-portal", asked)).url, "it does not");
  },
  "another plan is confirmed in the portal": async () => {
    const { someone } = await subscriber("paul");
    const { url } = await upgrade(someone, "pro", { returnUrl: "/plans" });
    await complete(url);
    const row = await becomes(someone, { plan: "pro" }, "the plan stays");
    const { items } = await stripe.subscriptions.retrieve(row.stripeSubscriptionId);
    check(items.data[0].price.id === plans.pro, "Stripe has the old price");
    await until(() => heard("updated", "pro"), "the hook did not run");
  },
  "another plan from the next period": async () => {
    const { someone } = await subscriber("sam");
    await upgrade(someone, "pro", { scheduleAtPeriodEnd: true, returnUrl: "/plans" });
    check(rowOf(someone).stripeScheduleId, "no schedule");
  },
  "cancelling in the portal, for the period's end": async () => {
    const { someone, subscription } = await subscriber("carl");
    const { url } = await someone.post("/subscription/cancel", { returnUrl: "/plans" });
    await complete(url);
    await becomes(someone, { cancelAtPeriodEnd: true, status: "active" }, "it goes on");
    check((await stripe.subscriptions.retrieve(subscription.id)).cancel_at_period_end, "Stripe goes on");
    await until(() => heard("cancel", "basic"), "the hook did not run");
  },
  "cancelling twice is refused": async () =>
    refused((await user("carl")).post("/subscription/cancel", { returnUrl: "/plans" }), "already set to be canceled"),
  "restoring": async () => {
    const carl = await user("carl");
    await carl.post("/subscription/restore", {});
    await becomes(carl, { cancelAtPeriodEnd: false, status: "active" }, "it still ends");
    const { cancel_at_period_end: ends } = await stripe.subscriptions.retrieve(rowOf(carl).stripeSubscriptionId);
    check(!ends, "Stripe still ends it");
  },
  "restoring what does not end is refused": async () =>
    refused((await user("carl")).post("/subscription/restore", {}), "no pending"),
  "a subscription made at Stripe gets its row": async () => {
    const mia = await user("mia");
    await stripe.paymentMethods.attach("pm_card_visa", { customer: mia.customer() }).then((kept) =>
      stripe.customers.update(mia.customer(), { invoice_settings: { default_payment_method: kept.id } }));
    const made = await stripe.subscriptions.create({ customer: mia.customer(), items: [{ price: plans.pro }] });
    await becomes(mia, { stripeSubscriptionId: made.id, plan: "pro" }, "no row");
    await until(() => heard("created", "pro"), "the hook did not run");
    await stripe.subscriptions.update(made.id, { metadata: { shelf: "a" } });
    await becomes(mia, { status: "active" }, "it is not followed");
  },
  "cancelled at Stripe, at once": async () => {
    const mia = await user("mia");
    await stripe.subscriptions.cancel(rowOf(mia).stripeSubscriptionId);
    check((await becomes(mia, { status: "canceled" }, "it goes on")).endedAt, "without its end");
    await until(() => heard("deleted", "pro"), "the hook did not run");
  },
  "an organization has a customer and seats": async () => {
    const boss = await user("boss");
    const { id: organizationId } = await boss.post("/organization/create", { name: "Acme", slug: "acme" });
    const asked = { customerType: "organization", referenceId: organizationId };
    await pay(await upgrade(boss, "basic", { ...asked, seats: 2 }));
    const found = await stripe.customers.search({ query: `metadata["organizationId"]:"${organizationId}"` });
    check(found.data[0]?.name === "Acme", "no customer for it");
    const rows = () => database.subscription.filter((row) => row.referenceId === organizationId);
    await until(() => rows()[0]?.status === "active", "it is not active");
    await boss.post("/organization/update", { organizationId, data: { name: "Acme Ltd" } });
    check((await stripe.customers.retrieve(found.data[0].id)).name === "Acme Ltd", "its name stayed");
    await refused(boss.post("/organization/delete", { organizationId }), "active subscription");
  },
  "an event twice is one row": async () => {
    const jenny = await user("jenny");
    const before = database.subscription.length;
    const body = await anEvent();
    check((await send(body, sign(body))) === 200, "it is refused");
    check(database.subscription.length === before && rowOf(jenny).status === "active", "a row more");
  },
  "a forged event is refused": async () =>
    check((await send(await anEvent(), "t=1,v1=00")) === 400, "it was taken"),
  "an event without a signature is refused": async () =>
    check((await send(await anEvent())) === 400, "it was taken"),
  "a renewal moves the period": async () => {
    const { someone, row } = await subscriber("rita");
    await control("clock", { advance: 32 * DAY });
    const next = String(row.periodEnd);
    await until(() => String(rowOf(someone).periodStart) === next, "the period stays");
  },
  "a renewal that fails is past due": async () => {
    const { someone: poor, subscription } = await subscriber("poor");
    const card = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer: poor.customer() });
    await stripe.subscriptions.update(subscription.id, { default_payment_method: card.id });
    await control("clock", { advance: 32 * DAY });
    await becomes(poor, { status: "past_due" }, "it is not past due");
  },
  "what was cancelled ends with its period": async () => {
    const { someone } = await subscriber("eve");
    await complete((await someone.post("/subscription/cancel", { returnUrl: "/plans" })).url);
    await control("clock", { advance: 32 * DAY });
    const row = await becomes(someone, { status: "canceled" }, "it goes on");
    check(row.cancelAtPeriodEnd && row.endedAt, "without its end");
    await until(() => heard("deleted", "basic"), "the hook did not run");
  },
});
process.exit(0);
