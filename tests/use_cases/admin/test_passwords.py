"""What a thief of the database meets: a hash that takes time and memory to guess at."""

from __future__ import annotations

from checkout_service.use_cases.admin.passwords import Passwords


def test_a_hash_costs_what_owasp_asks_of_argon2id() -> None:
    passwords = Passwords("the owner's")

    assert passwords.owners_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.is_right(passwords.owners_hash, "the owner's")
    assert not passwords.is_right(passwords.owners_hash, "a guess")
