"""Tags of the permits pages."""
