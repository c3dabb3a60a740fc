"""The data of the agency API, one file per thing it speaks of."""
