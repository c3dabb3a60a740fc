"""Pure rules of tour loans: money, schedule, PSK, identity, clocks, masking.

Nothing here imports Odoo or anything outside this folder, so the rules load by
path and are tested in milliseconds. Models and controllers only move data in
and out.
"""
