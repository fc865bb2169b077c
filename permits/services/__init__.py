"""The only writers of permits."""
