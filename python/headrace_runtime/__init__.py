"""Runs Lambda functions written for Python. Standard library only."""
