// Verify a notification with Node alone. `verify` takes the raw body, before anything parsed it.
// Keep webhook-id: a message may come more than once, and the same id is the same message.

import { createHmac, timingSafeEqual } from "node:crypto";
import { buffer } from "node:stream/consumers";

const TOLERANCE = 300; // seconds

export function verify(body, headers, secret) {
  const { "webhook-id": id, "webhook-timestamp": sentAt, "webhook-signature": header } = headers;
  if (!id || !header || !/^\d+$/.test(sentAt)) throw new Error("a header is missing or malformed");
  if (Math.abs(Date.now() / 1000 - Number(sentAt)) > TOLERANCE) {
    throw new Error("older than five minutes, or a clock is wrong");
  }
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const digest = createHmac("sha256", key).update(`${id}.${sentAt}.`).update(body).digest("base64");
  const expected = Buffer.from(`v1,${digest}`);
  // While secrets rotate there is one signature for each of them.
  const fits = header.split(" ").map((one) => Buffer.from(one)).some(
    (one) => one.length === expected.length && timingSafeEqual(one, expected),
  );
  if (!fits) throw new Error("no signature fits");
  return JSON.parse(body);
}

const names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
const headers = Object.fromEntries(names.map((name, place) => [name, process.argv[place + 2]]));
try {
  const event = verify(await buffer(process.stdin), headers, process.env.NOTIFY_SECRET);
  console.log(event.type, event.data.order.id);
} catch (error) {
  console.error("not genuine:", error.message);
  process.exitCode = 1;
}
