"""Every verdict: on published numbers, on claims, on ranks, at matched levels, against a reference. Data goes in and comes out."""
