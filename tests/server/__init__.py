"""How requests arrive, over sockets; it is the same on every database."""

SHORT_ON = "sqlite"
