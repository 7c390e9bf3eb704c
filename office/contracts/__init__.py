"""The office's contracts: made, changed, ended, and told of before their periods end."""
