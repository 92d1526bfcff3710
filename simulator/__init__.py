"""A stand-in for the SmartHR API, built from its reference alone.

It imports nothing of the product.
"""
