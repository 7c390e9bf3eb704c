"""What both DAV doors share: request XML, multistatus as bytes, live properties, preconditions."""
