"""What pages of permits read: flat in queries, at one moment, within what the reader may see."""
