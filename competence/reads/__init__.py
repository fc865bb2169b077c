"""What pages and ports read of competence, flat in queries."""
