// A button, and the page that the buyer comes back to: npm install @checkout-service/client react
// This page's origin must be one of the service's ALLOWED_ORIGINS.

import { Client } from "@checkout-service/client";
import { useCheckout } from "@checkout-service/client/react";

const shop = new Client("http://127.0.0.1:8000");

export function Buy({ price }) {
  const { open, step, problem } = useCheckout(shop);

  async function buy() {
    const session = await open({
      items: [{ price, quantity: 1 }],
      success_url: location.href,
      cancel_url: location.href,
    });
    if (session) location.assign(session.url);
  }

  return (
    <>
      <button onClick={buy} disabled={step === "opening"}>Buy</button>
      {problem && <p role="alert">{problem.message}</p>}
    </>
  );
}

export function Thanks({ session }) {
  const { order, step, problem } = useCheckout(shop, session);

  if (problem) return <p role="alert">{problem.message}</p>;
  if (step !== "final") return <p role="status">We are asking for your payment...</p>;
  // That a browser came back proves nothing: only what the service says counts.
  return <p role="status">{order.fulfilled ? "Paid. Thank you!" : `Your order is ${order.status}.`}</p>;
}

export function Shop() {
  const session = new URLSearchParams(location.search).get("session_id");
  return session ? <Thanks session={session} /> : <Buy price="poster-usd" />;
}
