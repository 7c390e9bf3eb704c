"""The one place that knows SQL and bytes: schema, queries, units of work, blobs."""
