import { useEffect, useState, useSyncExternalStore } from "react";

import { Checkout, type CheckoutState } from "./checkout.ts";
import type { Client } from "./client.ts";

export interface UseCheckout extends CheckoutState {
  /** Open a session for a cart; send the buyer to its `url`, or hand its secret to Stripe.js. */
  open: Checkout["open"];
}

/**
 * Sell from a component, and wait for the money in the one that the buyer comes back to.
 * @param returned the `session_id` or `payment_intent` of this page's address, if there is one
 */
export function useCheckout(client: Client, returned?: string | null): UseCheckout {
  const [checkout] = useState(() => new Checkout(client));
  const state = useSyncExternalStore(checkout.subscribe, checkout.getState, checkout.getState);
  useEffect(() => {
    if (!returned) return undefined;
    void checkout.follow(returned);
    return checkout.stop;
  }, [checkout, returned]);
  return { ...state, open: checkout.open };
}
