// The service under test and the buyer's side of it: the sandbox that stands in for Stripe.

const { CHECKOUT_URL = "http://127.0.0.1:8000", SANDBOX_URL = "http://127.0.0.1:4242" } = process.env;
export const SERVICE = CHECKOUT_URL;
export const POSTER = { items: [{ price: "poster-usd", quantity: 2 }] };

/** Pay a session as Stripe's page would. */
export async function pay(session: string, number = "4242424242424242"): Promise<void> {
  const answer = await fetch(`${SANDBOX_URL}/_sandbox/checkout/sessions/${session}/pay`, {
    method: "POST",
    body: JSON.stringify({ payment_method: number }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}
