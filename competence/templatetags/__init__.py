"""What the templates of competence are made with."""
