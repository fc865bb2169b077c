"""Function views: HTTP in, HTTP out. Reading is in `work.reads`, writing in `work.services`."""
