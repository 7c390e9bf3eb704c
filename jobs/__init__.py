"""Work outside any request: clean-up and what else need not keep a client waiting."""
