// One busy day at a shop, so that events of every kind are sent.

const base = { currency: "usd", automatic_payment_methods: { enabled: true, allow_redirects: "never" } };
const noted = { metadata: { shelf: "a" } };

export async function busyDay(stripe, sandbox) {
  // What a sandbox cannot do is missing in the evening; the rest of the day goes on.
  const hour = (take) => take().catch((error) => console.error(error.message));
  const control = (path, body) =>
    fetch(`${sandbox}/_sandbox/${path}`, { method: "POST", body: JSON.stringify(body ?? {}) });
  const pay = (method, more = {}) =>
    stripe.paymentIntents.create({ amount: 2000, ...base, confirm: true, payment_method: method, ...more });

  const product = await stripe.products.create({ name: "Club" });
  await stripe.products.update(product.id, noted);
  await stripe.products.del((await stripe.products.create({ name: "Gone" })).id);
  const price = await stripe.prices.create({
    product: product.id, unit_amount: 900, currency: "usd", recurring: { interval: "month" },
  });
  await stripe.prices.update(price.id, noted);
  await hour(async () => {
    const plan = await stripe.plans.create({ amount: 100, currency: "usd", interval: "month", product: product.id });
    await stripe.plans.update(plan.id, noted);
    await stripe.plans.del(plan.id);
  });

  const customer = await stripe.customers.create({ email: "jenny@example.com" });
  const card = await stripe.paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
  const kept = await stripe.paymentMethods.attach(card.id, { customer: customer.id });
  await stripe.paymentMethods.update(kept.id, noted);
  await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: kept.id } });
  await hour(async () => {
    const other = await stripe.paymentMethods.attach("pm_card_mastercard", { customer: customer.id });
    await stripe.paymentMethods.detach(other.id);
  });
  await stripe.customers.del((await stripe.customers.create({ name: "Gone" })).id);
  await hour(async () => {
    await stripe.customers.createTaxId(customer.id, { type: "eu_vat", value: "000000000" });
    const wrong = await stripe.customers.createTaxId(customer.id, { type: "eu_vat", value: "DE1" });
    await stripe.customers.deleteTaxId(customer.id, wrong.id);
  });

  const paid = await pay("pm_card_visa", { customer: customer.id });
  await hour(() => stripe.charges.update(paid.latest_charge, noted));
  await stripe.refunds.create({ payment_intent: paid.id, amount: 500, ...noted });
  const back = await stripe.refunds.create({ payment_intent: paid.id, amount: 500 });
  await stripe.refunds.update(back.id, noted);
  const bounced = await pay("pm_card_refundFail");
  await stripe.refunds.create({ payment_intent: bounced.id });
  await pay("pm_card_visa_chargeDeclined").catch(() => {});
  const held = await pay("pm_card_visa", { capture_method: "manual" });
  await stripe.paymentIntents.capture(held.id);
  await pay("pm_card_visa", { capture_method: "manual" });
  const warned = await pay("pm_card_createIssuerFraudRecord");
  await stripe.refunds.create({ payment_intent: warned.id });
  await stripe.paymentIntents.create({
    amount: 2000, currency: "usd", confirm: true, payment_method: "pm_card_threeDSecure2Required",
    return_url: "https://shop.test/", automatic_payment_methods: { enabled: true },
  });
  const left = await stripe.paymentIntents.create({ amount: 2000, ...base });
  await stripe.paymentIntents.cancel(left.id);
  await pay("pm_usBankAccount_success", { automatic_payment_methods: { enabled: true }, return_url: "https://shop.test/" });
  await hour(async () => {
    const awaited = await stripe.paymentIntents.create({
      amount: 2000, currency: "eur", customer: customer.id, confirm: true,
      automatic_payment_methods: { enabled: true }, return_url: "https://shop.test/",
      payment_method_data: { type: "customer_balance" },
    });
    for (const amount of [500, 1500]) await control(`payment_intents/${awaited.id}/fund`, { amount });
  });
  const lost = await pay("pm_card_createDispute");
  const [dispute] = (await stripe.disputes.list({ payment_intent: lost.id })).data;
  await stripe.disputes.update(dispute.id, { evidence: { product_description: "A club" } });
  await stripe.disputes.close(dispute.id);
  const won = await pay("pm_card_createDispute");
  const [second] = (await stripe.disputes.list({ payment_intent: won.id })).data;
  await stripe.disputes.update(second.id, { evidence: { uncategorized_text: "winning_evidence" }, submit: true });

  await hour(async () => {
    await stripe.setupIntents.create({ payment_method: "pm_card_visa", confirm: true, customer: customer.id, automatic_payment_methods: base.automatic_payment_methods });
    await stripe.setupIntents.create({ payment_method: "pm_card_visa_chargeDeclined", confirm: true, return_url: "https://shop.test/" }).catch(() => {});
    await stripe.setupIntents.create({ payment_method: "pm_card_threeDSecure2Required", confirm: true, return_url: "https://shop.test/" });
    await stripe.setupIntents.cancel((await stripe.setupIntents.create()).id);
  });

  await hour(async () => {
    const subscribe = (more = {}) =>
      stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }], ...more });
    await stripe.subscriptions.update((await subscribe()).id, noted);
    await stripe.subscriptions.cancel((await subscribe()).id);
    await subscribe({ trial_period_days: 1 });
    const poor = await stripe.customers.create({ email: "poor@example.com" });
    const ends = { end_behavior: { missing_payment_method: "pause" } };
    const trial = await subscribe({ customer: poor.id, trial_period_days: 7, trial_settings: ends });
    await stripe.subscriptions.update(trial.id, { trial_end: "now" });
    const late = await stripe.paymentMethods.attach("pm_card_visa", { customer: poor.id });
    await stripe.customers.update(poor.id, { invoice_settings: { default_payment_method: late.id } });
    await stripe.subscriptions.resume(trial.id);
  });

  await hour(async () => {
    const draft = async (more = {}) => {
      await stripe.invoiceItems.create({ customer: customer.id, amount: 700, currency: "usd" });
      return stripe.invoices.create({ customer: customer.id, pending_invoice_items_behavior: "include", ...more });
    };
    const open = async () => stripe.invoices.finalizeInvoice((await draft()).id);
    await stripe.invoices.update((await draft()).id, noted);
    await stripe.invoices.del((await draft()).id);
    await stripe.invoices.pay((await open()).id);
    await stripe.invoices.voidInvoice((await open()).id);
    await stripe.invoices.markUncollectible((await open()).id);
    await stripe.invoices.sendInvoice((await draft({ collection_method: "send_invoice", days_until_due: 7 })).id);
    for (const method of ["pm_card_chargeCustomerFail", "pm_card_threeDSecure2Required"])
      await stripe.invoices.pay((await open()).id, { payment_method: method }).catch(() => {});
  });

  const once = await stripe.prices.create({ product: product.id, unit_amount: 900, currency: "eur" });
  const session = () => stripe.checkout.sessions.create({
    mode: "payment", success_url: "https://shop.test/", line_items: [{ price: once.id, quantity: 1 }],
  });
  for (const method of ["4242424242424242", "AT611904300234573201", "AT861904300235473202"])
    await control(`checkout/sessions/${(await session()).id}/pay`, { payment_method: method });
  await stripe.checkout.sessions.expire((await session()).id);
  await control("clock", { advance: 8 * 86400 });
}
