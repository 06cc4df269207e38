// Supabase's sync engine behind the barest server there is: one process, each webhook to the engine.
// $ENGINE is a folder where `npm install` has put it.

import { createRequire } from "node:module";
import http from "node:http";

const { ENGINE, ENGINE_DATABASE, ENGINE_PORT, STRIPE_API_BASE, STRIPE_WEBHOOK_SECRET } = process.env;
const require = createRequire(`${ENGINE}/`); // its build of ES modules cannot find its migrations
const { StripeSync, runMigrations } = require("@supabase/stripe-sync-engine");
const Stripe = require("stripe");

const { hostname: host, port } = new URL(STRIPE_API_BASE);
const key = "sk_test_bench";
await runMigrations({ databaseUrl: ENGINE_DATABASE, schema: "stripe" });
const sync = new StripeSync({
  stripeSecretKey: key,
  stripeWebhookSecret: STRIPE_WEBHOOK_SECRET,
  poolConfig: { connectionString: ENGINE_DATABASE, max: 16 }, // one for each of the bench's
});
sync.stripe = new Stripe(key, { host, port: Number(port), protocol: "http" }); // it has no setting

http
  .createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", async () => {
      try {
        await sync.processWebhook(Buffer.concat(parts), request.headers["stripe-signature"]);
        response.end();
      } catch (error) {
        response.writeHead(500).end(String(error));
      }
    });
  })
  .listen(Number(ENGINE_PORT), "127.0.0.1");
