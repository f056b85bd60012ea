"""The demo library: short illustrated videos, simulated people, two small checkpoints, and how they are made."""
