"""The proof: stories drawn from a seed are told to the whole product, and an oracle judges them.

The sandbox's own books are the truth. A story is a list of moves on one clock; the moves of other
replicas come in between any two steps of a move. Nothing is random but the seed, and nothing waits.
"""
