"""The studies of the paper: recipes, runs and their records, training, measuring, planning and publishing them."""
