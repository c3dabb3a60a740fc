"""A pytest plugin: a failure is told when it happens, not at the end of its phase.

``run_tests`` shows what stands between the two marks at once. The end of pytest's output
then only names what failed.
"""

BEGIN, END = "!!! failed: ", "!!! that was "


def pytest_configure(config):
    """Come after the terminal's own plugin, whose output this one adds to."""
    config.pluginmanager.register(AtOnce(config))


class AtOnce:
    """Prints the report of each test, setup or teardown that failed."""

    def __init__(self, config):
        self.config, self._told = config, set()

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self._tell(report)

    def pytest_collectreport(self, report):
        if report.failed:
            self._tell(report)

    def pytest_sessionfinish(self):
        self.config.option.tbstyle = "no"  # all of it was printed

    def _tell(self, report):
        terminal = self.config.pluginmanager.getplugin("terminalreporter")
        terminal.write_line("")  # ends the line of dots
        terminal.write_line(f"{BEGIN}{report.nodeid} ({getattr(report, 'when', 'collect')})")
        if report.longreprtext in self._told:
            terminal.write_line("as told above")  # a fixture of many tests
        else:
            self._told.add(report.longreprtext)
            terminal.write_line(report.longreprtext)
            for title, text in report.sections:
                terminal.write_line(f"--- {title}\n{text}")
        terminal.write_line(f"{END}{report.nodeid}")
        terminal.flush()
