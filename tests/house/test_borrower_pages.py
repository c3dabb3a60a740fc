"""Templates of borrowers' pages keep to their own style and to their policy."""

import re

from lxml import etree

from scripts.places import ADDONS

TEMPLATES = sorted((ADDONS / "tour_loan" / "views").glob("*_templates.xml"))
PLACEHOLDER = re.compile(r"\{\{.*?\}\}|#\{.*?\}")
QUOTED = re.compile(r"'([a-z][a-z -]*)'")
OURS = re.compile(r"(tl|is)-[a-z-]*|has-error|o_tour_loan")


def classes():
    """Yield (file, class) of everything the templates may put into a class attribute."""
    for file in TEMPLATES:
        for element in etree.parse(file).iter(etree.Element):
            written = element.get("class", "") + " "
            written += PLACEHOLDER.sub(" ", element.get("t-attf-class", ""))
            for expression in PLACEHOLDER.findall(element.get("t-attf-class", "")):
                written += " " + " ".join(QUOTED.findall(expression.partition(" if ")[0]))
            for name in written.split():
                yield file.name, name


def test_there_are_templates_to_look_at():
    assert len(TEMPLATES) >= 6
    assert len(list(classes())) > 100


def test_no_class_of_bootstrap_is_needed():
    assert [pair for pair in classes() if not OURS.fullmatch(pair[1])] == []


def test_nothing_inline_that_the_policy_would_stop():
    found = []
    for file in TEMPLATES:
        for element in etree.parse(file).iter(etree.Element):
            names = [
                name
                for name in element.attrib
                if re.match(r"(t-att-|t-attf-)?(on[a-z]+|style)$", name)
            ]
            found += [f"{file.name}: {element.tag} {name}" for name in names]
            if element.tag in ("script", "style") and not (
                element.get("t-att-src") or element.get("t-att-nonce")
            ):
                found.append(f"{file.name}: inline {element.tag}")
    assert found == []
