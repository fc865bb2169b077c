"""The pages of permits: thin."""
