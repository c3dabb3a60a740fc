"""Run in Odoo's shell: begin a night's reconcile and a whole portfolio; see ``decision.py``."""
# ruff: noqa: F821 (the shell gives `env`)

env["moyamfo.run"]._cron_reconcile()
env["moyamfo.run"]._enqueue("portfolio")
env.cr.commit()
