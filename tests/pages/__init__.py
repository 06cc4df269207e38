"""The pages in a browser; they look the same on every database."""

SHORT_ON = "sqlite"
