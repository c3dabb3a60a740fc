"""Every job has its channel, told as data; every channel its room in ``odoo.conf``."""

import ast
import configparser

from lxml import etree

from tests.unit.rooms import ADDONS

CHANNELS = "//record[@model='queue.job.channel']/field[@name='name']/text()"
METHODS = "//record[@model='queue.job.function']/field[@name='method']/text()"
DATA = [etree.parse(file) for file in ADDONS.glob("*/data/queue_job_data.xml")]


def told(path: str) -> set[str]:
    return {text for tree in DATA for text in tree.xpath(path)}


def delayed() -> set[str]:
    """Return the methods that our code lets jobs run."""
    found = set()
    for file in ADDONS.rglob("*.py"):
        text = file.read_text()
        if "tests" in file.parts or "with_delay" not in text:
            continue
        tree = ast.parse(text)
        jobs = {
            target.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and "with_delay" in ast.unparse(node.value)
            for target in node.targets
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                if ast.unparse(owner) in jobs or is_delay(owner):
                    found.add(node.func.attr)
    return found


def is_delay(node: ast.AST) -> bool:
    """Return whether ``node`` is the call of ``with_delay`` itself."""
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".with_delay")


def test_every_job_of_ours_has_its_channel():
    assert delayed() == told(METHODS)


def test_every_channel_has_its_place_in_the_configuration():
    configuration = configparser.ConfigParser(interpolation=None)
    configuration.read(ADDONS.parent / "odoo.conf")
    places = configuration["queue_job"]["channels"].split(",")
    configured = {place.split(":")[0].removeprefix("root.") for place in places}
    assert configured - {"root"} == told(CHANNELS)


def test_the_clock_of_the_law_rides_on_no_counterpartys_channel():
    [channel] = [
        channel
        for tree in DATA
        for channel in tree.xpath(
            "//record[field[@name='method']='_end_cooling_off']/field[@name='channel_id']/@ref"
        )
    ]
    assert channel == "channel_clock"
