const NAME = "checkout-service.cart";
const GOOD_FOR = 23 * 60 * 60 * 1000; // milliseconds; a session of Stripe's lives a day

interface Kept {
  cart: string;
  key: string;
  since: number;
}

let beside: string | null = null; // where there is no storage: a server, or a buyer who forbids it

/**
 * Return the Idempotency-Key of a cart: the same for the same cart, also after a reload, so that
 * pressing twice or coming back is one order; a new one for another cart.
 */
export function cartKey(cart: object): string {
  const wanted = JSON.stringify(cart);
  const kept = recall();
  if (kept?.cart === wanted && Date.now() - kept.since < GOOD_FOR) return kept.key;
  const key = crypto.randomUUID();
  keep(JSON.stringify({ cart: wanted, key, since: Date.now() } satisfies Kept));
  return key;
}

/** Let the next purchase of the same things be an order of its own. */
export function forgetCart(): void {
  keep(null);
}

function recall(): Kept | null {
  try {
    return JSON.parse(beside ?? sessionStorage.getItem(NAME) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}

function keep(text: string | null): void {
  beside = null;
  try {
    if (text === null) sessionStorage.removeItem(NAME);
    else sessionStorage.setItem(NAME, text);
  } catch {
    beside = text;
  }
}
