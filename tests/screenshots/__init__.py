"""``make screenshots``: play every story once and keep a picture of every page.

Not a test: nothing is judged here but that each page of the table can be reached.
"""
