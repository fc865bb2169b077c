"""The demo: a small hvk and nrd as data, made through the services as people would make them."""
