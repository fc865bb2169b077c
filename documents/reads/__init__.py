"""What is read of documents, flat in queries."""
