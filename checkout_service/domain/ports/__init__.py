"""The doors to the world outside, in our words. Use cases know these and nothing behind them.

Each use case takes the narrow ones it needs. Those that call Stripe raise StripeUnavailable (no
answer, the outcome of a write is unknown), StripeRejected (understood and refused) and, on reads,
ReadsSpent; `urgent` reads go before the sweep's. Facts and snapshots say when they were asked for.
"""
