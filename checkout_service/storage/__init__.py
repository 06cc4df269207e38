"""Rows and SQL. Constraints decide races; functions take a connection and own no transaction."""
