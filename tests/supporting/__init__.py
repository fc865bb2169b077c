"""A supporting domain that exists only here: it proves that one is added without editing work/."""
