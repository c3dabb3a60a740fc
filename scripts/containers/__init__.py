"""`make containers`: docker/ carried out without Docker (see ``__main__.py``)."""
