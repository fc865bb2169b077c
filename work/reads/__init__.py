"""What pages read: flat in queries, at one named moment, within what the reader may see."""
