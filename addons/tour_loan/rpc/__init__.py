"""The agency's JSON-RPC door: schemas, methods, errors, signature, delivery.

A pure room: no ``odoo`` import and nothing outside this folder, so it loads and is
tested without Odoo. The contract with the travel site is generated from here
(``openrpc.py``).
"""
