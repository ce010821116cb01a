"""Push webhooks: subscriptions and their settings API, deliveries, and the threads that send them."""
