"""How a network is trained: one loop for both studies, its batches, checkpoints, devices and processes."""
