// Sell something: open a Checkout Session, send the buyer to its url, wait for the money.
//     CHECKOUT_URL=http://127.0.0.1:8000 node buy.mjs poster-usd 2

import { client } from "./client.mjs";

const shop = client(process.env.CHECKOUT_URL ?? "http://127.0.0.1:8000");
const [price, quantity] = process.argv.slice(2);

const cart = { items: [{ price, quantity: Number(quantity) }] };
const { body: session } = await shop.call("POST", "/checkout-sessions", cart);
console.log("Send the buyer to", session.url);

const { order } = await shop.waitUntilFinal(`/checkout-sessions/${session.id}`);
console.log(order.id, "is", order.status);
