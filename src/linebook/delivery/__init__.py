"""What happens between an accepted text and its carrier: leases, turns, rate, retries, and what the carrier brings."""
