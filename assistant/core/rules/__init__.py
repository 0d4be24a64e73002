"""The rules of a review: prompt sets, conditions, criteria, and what follows from them."""
