"""Used by the scripts that run in Odoo's shell: somebody who is logged in."""

from odoo.http import get_default_session, root
from odoo.service.security import compute_session_token


def session_of(env, user) -> str:
    """Log ``user`` in; return the session's id."""
    session = root.session_store.new()
    session.update(get_default_session(), db=env.cr.dbname, uid=user.id, login=user.login)
    session.context = dict(env["res.users"].with_user(user).context_get())
    session.session_token = compute_session_token(session, env(user=user))
    root.session_store.save(session)
    return session.sid
