"""The demo as data: hvk and a small nrd, made through the services as people would make them."""
