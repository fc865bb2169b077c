"""Measurements against a real server, on loopback alone; nothing here is a test."""
