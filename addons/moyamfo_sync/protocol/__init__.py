"""Exchange with 1C:MoyaMFO without Odoo: contract profile, codecs, SOAP, streaming.

Imports nothing but the standard library, ``zeep``, ``lxml``, ``requests`` and ``pydantic``.
"""
