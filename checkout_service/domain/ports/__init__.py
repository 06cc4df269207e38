"""The doors to the world outside, in our words. Use cases know these and nothing behind them."""
