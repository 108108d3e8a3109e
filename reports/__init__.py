"""What was done, what was missed, whom we reach: figures, and the rows behind each (DESIGN.md "Figures")."""
