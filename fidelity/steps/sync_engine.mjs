// Supabase's sync engine: every event that it knows arrives signed and is stored, every kind of
// object is fetched.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import http from "node:http";
import Stripe from "stripe";
import { check, take, until } from "./steps.mjs";
import { busyDay } from "./busy_day.mjs";

const { hostname: host, port } = new URL(process.env.SANDBOX);
const at = { host, port: Number(port), protocol: "http" };
const stripe = new Stripe("sk_test_1", at);
const databaseUrl = process.env.DATABASE_URL;
const require = createRequire(import.meta.url); // its build of ES modules cannot find its migrations
const { StripeSync, runMigrations } = require("@supabase/stripe-sync-engine");
const source = readFileSync(require.resolve("@supabase/stripe-sync-engine"), "utf8");
const named = (pattern) => [...new Set([...source.matchAll(pattern)].map((found) => found[1]))];
const kinds = named(/case "(\w+\.[\w.]+)"/g).sort();
const objects = named(/case "(\w+)"/g).filter((name) => name !== "all").sort();

const arrived = [];
const server = http.createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    arrived.push([Buffer.concat(parts), request.headers["stripe-signature"]]);
    response.end();
  });
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${server.address().port}/`;
const endpoint = await stripe.webhookEndpoints.create({ url, enabled_events: ["*"] });

await runMigrations({ databaseUrl, schema: "stripe" });
const sync = new StripeSync({
  stripeSecretKey: "sk_test_1",
  stripeWebhookSecret: endpoint.secret,
  poolConfig: { connectionString: databaseUrl, max: 5 },
});
sync.stripe = new Stripe("sk_test_1", at); // it has no setting for another host

await busyDay(stripe, process.env.SANDBOX);
const newest = (await stripe.events.list({ limit: 1 })).data[0].id;
await until(() => arrived.some(([body]) => body.includes(newest)), "the events did not come");

const outcome = {};
for (const [body, signature] of arrived) {
  const { type } = JSON.parse(body);
  if (outcome[type]) continue;
  try {
    await sync.processWebhook(body, signature);
  } catch (error) {
    outcome[type] = error;
  }
  outcome[type] ??= null;
}

const received = (kind) => () => {
  check(kind in outcome, "it never came");
  if (outcome[kind]) throw outcome[kind];
};
const fetched = (object) => async () => {
  await sync.syncBackfill({ object });
};
await take({
  ...Object.fromEntries(kinds.map((kind) => [`event ${kind}`, received(kind)])),
  ...Object.fromEntries(objects.map((object) => [`backfill ${object}`, fetched(object)])),
  "rows in PostgreSQL": async () => {
    const { rows } = await sync.postgresClient.query("select count(*) from stripe.invoices");
    check(Number(rows[0].count) > 0, "no invoice was stored");
  },
});
server.close();
process.exit(0);
