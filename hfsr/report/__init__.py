"""What the book shows: the paper's numbers, tables, claims and their verdicts, figures, widgets and timings."""
