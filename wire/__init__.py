"""What every HTTP answer shares: conditional headers, ranges, streamed bodies. No XML, no SQL."""
