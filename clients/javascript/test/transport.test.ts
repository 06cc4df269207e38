import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";

import { CheckoutProblem, Client } from "@checkout-service/client";

import { SERVICE } from "./shop.ts";

type Mishap = (answer: ServerResponse) => void;

/** Stand between client and service: each mishap befalls one request, the rest are passed on. */
async function behind(mishaps: Mishap[]): Promise<{ shop: Client; keys: unknown[]; end(): void }> {
  const keys: unknown[] = [];
  const between = createServer(async (request, answer) => {
    keys.push(request.headers["idempotency-key"]);
    const passed = await passOn(request);
    const mishap = mishaps.shift();
    if (mishap) return mishap(answer);
    answer.writeHead(passed.status, Object.fromEntries(passed.headers));
    return answer.end(await passed.text());
  }).listen(0, "127.0.0.1");
  await once(between, "listening");
  const { port } = between.address() as AddressInfo;
  return { shop: new Client(`http://127.0.0.1:${port}`), keys, end: () => between.close() };
}

async function passOn(request: IncomingMessage): Promise<Response> {
  const method = request.method ?? "GET";
  const headers = { ...request.headers } as Record<string, string>;
  for (const name of ["host", "connection", "transfer-encoding", "content-length"]) delete headers[name];
  const parts: Buffer[] = await request.toArray();
  const sent = { method, headers, ...(method !== "GET" && { body: Buffer.concat(parts) }) };
  return fetch(SERVICE + request.url, sent);
}

const lost: Mishap = (answer) => answer.destroy();
const busy: Mishap = (answer) => {
  answer.writeHead(429, { "Retry-After": "1", "Content-Type": "application/problem+json" });
  answer.end(JSON.stringify({ status: 429, code: "too_many_requests", title: "", detail: "" }));
};
const gateway: Mishap = (answer) => answer.writeHead(502).end("<h1>Bad Gateway</h1>");
const portal: Mishap = (answer) => answer.writeHead(404).end("<h1>Sign in to the Wi-Fi</h1>");
const teapot: Mishap = (answer) => {
  answer.writeHead(422, { "Content-Type": "application/problem+json" });
  answer.end(JSON.stringify({ status: 422, code: "invalid", title: "No", detail: "" }));
};

describe("on a bad line", { concurrency: true }, () => {
  for (const [what, mishap] of Object.entries({ lost, busy, gateway })) {
    test(`an answer that is ${what} is asked for again under the same key`, async () => {
      const { shop, keys, end } = await behind([mishap]);
      const body = { items: [{ price: "poster-usd", quantity: 1 }] };
      const key = crypto.randomUUID();
      const session = await shop.createSession(body, { key }).finally(end);

      assert.deepEqual(keys, [key, key]);
      assert.equal((await new Client(SERVICE).createSession(body, { key })).id, session.id);
    });
  }

  for (const [mishap, code] of [[portal, "unreadable_answer"], [teapot, "invalid"]] as const) {
    test(`a refusal, ${code}, is told at once`, async () => {
      const { shop, keys, end } = await behind([mishap]);
      const refused = await shop.products().catch((error: unknown) => error);
      end();

      assert.ok(refused instanceof CheckoutProblem);
      assert.equal(refused.code, code);
      assert.equal(keys.length, 1);
    });
  }
});
