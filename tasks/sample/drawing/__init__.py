"""Drawing: pictures of flowers from a seed, with the same pixels on any machine."""
