"""What the bot shows of itself to monitors: /healthz and Prometheus' /metrics."""
