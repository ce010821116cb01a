"""Small and product-agnostic."""
