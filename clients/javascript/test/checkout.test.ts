import assert from "node:assert/strict";
import { test } from "node:test";

import { cartKey, Checkout, CheckoutProblem, Client, forgetCart } from "@checkout-service/client";

import { pay, POSTER, SERVICE } from "./shop.ts";

const shop = new Client(SERVICE);

test("a purchase tells each step, and the next one of the same cart is another order", async () => {
  const checkout = new Checkout(shop);
  const steps: string[] = [];
  const unsubscribe = checkout.subscribe(() => steps.push(checkout.getState().step));

  const session = await checkout.open(POSTER);
  const reloaded = await new Checkout(shop).open(POSTER);
  assert.ok(session);
  await pay(session.id);
  await checkout.follow(session.id);
  unsubscribe();
  const next = await checkout.open(POSTER);

  assert.equal(reloaded?.id, session.id);
  assert.deepEqual([...new Set(steps)], ["opening", "open", "waiting", "final"]);
  assert.notEqual(next?.order.id, session.order.id);
});

test("a purchase that cannot be made says why", async () => {
  const checkout = new Checkout(shop);

  const none = await checkout.open({ items: [{ price: "nothing", quantity: 1 }] });

  const { problem, step } = checkout.getState();
  assert.deepEqual([none, step], [null, "failed"]);
  assert.ok(problem instanceof CheckoutProblem);
});

test("who stops waiting hears no more", async () => {
  const checkout = new Checkout(shop);
  const session = await shop.createSession(POSTER);
  const waiting = checkout.follow(session.id);
  checkout.stop();
  await waiting;

  assert.equal(checkout.getState().step, "waiting");
});

test("each cart has a key until it is forgotten", () => {
  const key = cartKey(POSTER);

  assert.equal(cartKey({ ...POSTER }), key);
  assert.notEqual(cartKey({ items: [] }), key);
  forgetCart();
  assert.notEqual(cartKey(POSTER), key);
});
