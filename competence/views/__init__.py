"""The pages of competence. Thin: reads load, services decide."""
