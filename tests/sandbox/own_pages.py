"""Pages and JSON control that every sandbox server has."""

from pathlib import Path

from werkzeug.exceptions import BadRequest
from werkzeug.utils import redirect, send_from_directory
from werkzeug.wrappers import Response

from . import faults, journal

STATIC = Path(__file__).resolve().parent / "static"


def add(app) -> None:
    """Give ``app`` its /log, /faults, /static and /_control routes."""
    _add_pages(app)
    _add_control(app)


def _switch(app, operation, kind, times=None, seconds=None):
    try:
        faults.switch(app.db, app.operations, operation, kind, times, seconds)
    except ValueError as wrong:
        raise BadRequest(response=app.json({"error": str(wrong)}, 400)) from wrong


def _add_pages(app):
    @app.page("/static/<path:path>")
    def static(request, path):
        return send_from_directory(STATIC, path, request.environ)

    @app.page("/favicon.ico")
    def favicon(request):
        return Response(status=204)

    @app.page("/log")
    def log(request):
        operation = request.args.get("operation") or None
        messages = journal.read(app.db, operation=operation, limit=200)
        return app.render("log.html", messages=messages, operation=operation)

    @app.page("/faults", methods=["GET", "POST"])
    def fault_switches(request):
        if request.method == "POST":
            form = request.form
            times = int(form["times"]) if form.get("times", "").isdigit() else None
            _switch(app, form.get("operation"), form.get("kind"), times)
            return redirect("/faults", 303)
        active = {fault["operation"]: fault for fault in faults.read(app.db)}
        return app.render("faults.html", active=active, kinds=faults.KINDS)


def _add_control(app):
    @app.page("/_control/health")
    def health(request):
        return {"name": app.name, "ok": True}

    @app.page("/_control/messages")
    def messages(request):
        query = request.args
        rows = journal.read(
            app.db,
            direction=query.get("direction"),
            operation=query.get("operation"),
            after=query.get("after", 0, int),
            limit=query.get("limit", 1000, int),
        )
        return {"messages": rows}

    @app.page("/_control/faults", methods=["GET", "POST"])
    def control_faults(request):
        if request.method == "POST":
            order = request.get_json()
            _switch(
                app,
                order.get("operation"),
                order.get("kind"),
                order.get("times"),
                order.get("seconds"),
            )
        return {"operations": app.operations, "faults": faults.read(app.db)}

    @app.page("/_control/reset", methods=["POST"])
    def reset(request):
        app.reset()
        return {"ok": True}
