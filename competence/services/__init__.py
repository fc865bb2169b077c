"""The only writers of competence."""
