"""The only writers of documents."""
