"""The sandbox, asked as the product asks Stripe: by the SDK, over HTTP."""
