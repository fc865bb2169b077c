"""The page of the components, in development only: each in all its states, with made-up rows."""
