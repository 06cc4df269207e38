import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { CheckoutProblem, Client, type Session } from "@checkout-service/client";

import { pay, POSTER, SERVICE } from "./shop.ts";

const shop = new Client(`${SERVICE}/`);

describe("a client", { concurrency: true }, () => {
  test("reads what is for sale", async () => {
    const { data } = await shop.products();
    const { livemode, publishable_key } = await shop.config();

    assert.ok(data.some(({ prices }) => prices.some(({ id }) => id === "poster-usd")));
    assert.equal(livemode, false);
    assert.match(publishable_key ?? "", /^pk_test_/);
  });

  test("sells once under one key, and waits until the money is there", async () => {
    const key = crypto.randomUUID();
    const [session, again] = [
      await shop.createSession(POSTER, { key }),
      await shop.createSession(POSTER, { key }),
    ];
    const heard: Session[] = [];
    const first = Promise.withResolvers<void>();
    const waiting = shop.settled(session.id as `cs_${string}`, {
      onAnswer: (answer) => {
        heard.push(answer);
        first.resolve();
      },
    });
    await first.promise;
    await pay(session.id);
    const { order } = await waiting;

    assert.equal(again.id, session.id);
    assert.ok(session.url);
    assert.deepEqual([order.status, order.fulfilled, order.amount_paid], ["paid", true, 5000]);
    assert.deepEqual([heard[0]?.final, heard.at(-1)?.final], [false, true]);
  });

  test("stops waiting when it is told to", async () => {
    const { id } = await shop.createSession(POSTER);
    const stop = new AbortController();
    const waiting = shop.settled(id, { signal: stop.signal, onAnswer: () => stop.abort() });

    await assert.rejects(waiting, { name: "AbortError" });
  });

  test("hands out an intent with its secret once, and looks at it without", async () => {
    const made = await shop.createIntent({ items: [{ price: "mug-eur", quantity: 1 }] });
    const looked = await shop.look(made.id as `pi_${string}`);

    assert.match(made.client_secret ?? "", /_secret_/);
    assert.equal(looked.client_secret ?? null, null);
    assert.equal(looked.order.id, made.order.id);
  });

  test("changes the items of an open session, and closes it", async () => {
    const { id } = await shop.createSession({ ...POSTER, ui_mode: "elements" });
    const changed = await shop.updateItems(id, [{ price: "poster-usd", quantity: 3 }]);
    const closed = await shop.expireSession(id);

    assert.equal(changed.order.amount_total, 7500);
    assert.deepEqual([closed.status, closed.order.status], ["expired", "expired"]);
  });

  test("makes the order of a payment link and asks for it", async () => {
    const { client_reference_id, order, url } = await shop.createLinkOrder("donation");
    const stop = new AbortController();
    const heard: string[] = [];
    const waiting = shop.linkSettled(client_reference_id, undefined, {
      signal: stop.signal,
      onAnswer: (answer) => {
        heard.push(answer.order.id);
        stop.abort();
      },
    });

    await assert.rejects(waiting, { name: "AbortError" });
    assert.ok(url.includes(client_reference_id));
    assert.deepEqual(heard, [order.id]);
  });

  test("throws what the service says is wrong", async () => {
    const cart = { items: [{ price: "nothing", quantity: 0 }] };
    const refused = await shop.createSession(cart).catch((error: unknown) => error);
    const unknown = await shop.look("cs_test_nobody/../../config").catch((error: unknown) => error);

    assert.ok(refused instanceof CheckoutProblem);
    assert.equal(refused.status, 422);
    assert.ok((refused.problem.errors ?? []).length > 0);
    assert.ok(refused.problem.request_id);
    assert.ok(unknown instanceof CheckoutProblem);
    assert.deepEqual([unknown.status, unknown.code], [404, "not_found"]);
  });
});
