"""The released checkpoints of the published systems, as they are: `.pkl`, `.pt`, `.pth` and `.ckpt` files.

`reading` opens them without running code from them; one module per system knows its names and its configuration.
"""
