// What a merchant's backend does with an API key: list orders, give money back, cancel.
//     export CHECKOUT_URL=http://127.0.0.1:8000 CHECKOUT_API_KEY=development-api-key
//     node backend.mjs list paid | refund ord_... 1000 | cancel ord_...

import { client } from "./client.mjs";

const { CHECKOUT_URL = "http://127.0.0.1:8000", CHECKOUT_API_KEY } = process.env;
const shop = client(CHECKOUT_URL, { apiKey: CHECKOUT_API_KEY });

async function* orders(status) {
  let cursor;
  do {
    const query = new URLSearchParams({ status, limit: 100, ...(cursor && { cursor }) });
    const { body: page } = await shop.call("GET", `/orders?${query}`);
    yield* page.data;
    cursor = page.next_cursor;
  } while (cursor);
}

const verbs = {
  async list(status) {
    for await (const order of orders(status)) {
      console.log(order.id, order.amount_total, order.currency);
    }
  },
  async refund(order, amount) {
    // This key allows one such refund of that amount, however often the program runs.
    const key = `refund-${order}-${amount}`;
    const body = { amount: Number(amount) };
    const { body: made } = await shop.call("POST", `/orders/${order}/refunds`, body, key);
    console.log(made.id, made.amount, made.status);
  },
  async cancel(order) {
    const { body } = await shop.call("POST", `/orders/${order}/cancel`);
    console.log(body.status);
  },
};

const [verb, ...given] = process.argv.slice(2);
try {
  await verbs[verb](...given);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
