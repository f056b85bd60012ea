"""How the demo library is made: short illustrated videos, simulated people, three small checkpoints."""
