"""Glue Data Quality: its names are there, so that scripts load; using them is refused."""
