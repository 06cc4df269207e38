"""Which release this is; the tests hold it to the project's own metadata."""

RELEASE = "0.1.0"
