"""From scores to cuts that people watch: the viewing rule, its pieces and its constraints."""
