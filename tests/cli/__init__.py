"""The commands, on one kind of database: what differs between the two is shown in storage."""

SHORT_ON = "postgresql"
