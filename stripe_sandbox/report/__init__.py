"""A report card for anybody's Stripe integration, over HTTP alone, whatever it is written in.

`python -m stripe_sandbox.report --help`; docs/report-card.md says what each trial judges.
"""
