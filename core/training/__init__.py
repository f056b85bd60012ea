"""Training: recipes, the loop, pretraining, and what checkpoints say of entries."""
