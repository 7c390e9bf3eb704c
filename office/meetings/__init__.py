"""Meetings: invitations and answers between colleagues, by themselves (RFC 6638, RFC 5546)."""
