export { cartKey, forgetCart } from "./cart.ts";
export { Checkout, type CheckoutState, type Step } from "./checkout.ts";
export { Client, type Ask, type Attempt, type Wait } from "./client.ts";
export { CheckoutProblem } from "./problem.ts";
export type {
  Config, CreateIntent, CreateSession, Hold, Intent, Item, Line, LinkOrder, LinkStanding, Order,
  OrderStatus, Price, Problem, Product, Products, Recurring, Session, UpdateItems,
} from "./openapi.ts";
