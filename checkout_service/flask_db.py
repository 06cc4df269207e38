"""Flask-SQLAlchemy over the product's own tables. Who wants its models loads `models`."""

from __future__ import annotations

from flask_sqlalchemy import SQLAlchemy

from checkout_service.storage import tables

db = SQLAlchemy(metadata=tables.metadata)
