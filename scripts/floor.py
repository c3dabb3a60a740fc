"""What old browsers must understand: ES2017 and the CSS of iOS Safari 15.

The floor of borrowers' pages: iPhones that stopped at iOS 15 and WebViews of Android
phones nobody updates. A script with newer syntax does not run there at all; a CSS rule
with a newer selector is dropped as a whole. What CSS has got since may stand inside
``@supports``, which such a browser skips.
"""

from collections.abc import Iterator
from pathlib import Path

import esprima
import tinycss2

# DOM and library calls younger than the floor; syntax is esprima's business.
NEWER_CALLS = {
    *("at", "findLast", "flat", "flatMap", "fromEntries", "hasOwn", "matchAll"),
    *("replaceAll", "replaceChildren", "requestSubmit", "showPicker", "structuredClone"),
    *("checkVisibility", "allSettled", "any", "withResolvers", "toSorted", "randomUUID"),
}
AT_RULES = {"media", "supports", "keyframes", "font-face", "page"}
NEWER_PSEUDO = {
    *("has", "is", "where", "focus-visible", "user-valid", "user-invalid"),
    *("popover-open", "modal", "open", "state", "dir"),
}
NEWER_PROPERTIES = {
    *("container", "container-type", "container-name", "text-wrap", "field-sizing"),
    *("interpolate-size", "view-transition-name", "anchor-name", "position-anchor", "zoom"),
}
NEWER_FUNCTIONS = {
    *("color-mix", "oklch", "oklab", "lab", "lch", "light-dark", "color", "round", "mod"),
    *("anchor", "sin", "cos", "pow", "sqrt"),
}
NEWER_UNITS = {
    *("dvh", "dvw", "svh", "svw", "lvh", "lvw", "dvmin", "dvmax"),
    *("cqw", "cqh", "cqi", "cqb", "lh", "rlh", "cap"),
}


def faults(folder: Path) -> list[str]:
    """Return what the files of ``folder`` hold above the floor, one line each."""
    found = []
    for file in sorted(folder.rglob("*")):
        check = {".js": script_faults, ".css": style_faults}.get(file.suffix)
        if check:
            found += [f"{file.name}: {fault}" for fault in check(file.read_text())]
    return found


def script_faults(text: str) -> list[str]:
    """Return what is not ES2017 in a module."""
    found = []

    def look(node, _meta):
        newer = _newer_syntax(node)
        if newer:
            found.append(f"line {node.loc.start.line}: {newer} is too new")

    try:
        esprima.parseModule(text, {"loc": True}, look)
    except esprima.Error as error:
        return [f"not ES2017: {error}"]
    return found


def _newer_syntax(node) -> str:
    """Return what of a node esprima reads and ES2017, or the DOM of then, does not."""
    if node.type == "MemberExpression" and not node.computed:
        return node.property.name if node.property.name in NEWER_CALLS else ""
    if node.type in ("ObjectExpression", "ObjectPattern"):
        kinds = {member.type for member in node.properties}
        return "..." if kinds & {"SpreadElement", "RestElement"} else ""
    if node.type == "Literal" and node.regex:
        newer = "(?<" in node.regex.pattern or "\\p{" in node.regex.pattern.lower()
        return f"/{node.regex.pattern}/" if newer or set(node.regex.flags) - set("gimuy") else ""
    return ""


def style_faults(text: str) -> list[str]:
    """Return what iOS Safari 15 would not read in a style sheet."""
    return list(_rules(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)))


def _rules(rules, guarded=False) -> Iterator[str]:
    for rule in rules:
        where = f"line {rule.source_line}"
        if rule.type == "error":
            yield f"{where}: {rule.message}"
        elif rule.type == "at-rule":
            if rule.lower_at_keyword not in AT_RULES:
                yield f"{where}: @{rule.lower_at_keyword} is too new"
            elif rule.lower_at_keyword in ("media", "supports"):
                inner = tinycss2.parse_rule_list(rule.content, True, True)
                yield from _rules(inner, guarded or rule.lower_at_keyword == "supports")
        elif rule.type == "qualified-rule":
            if not guarded:
                for name in _pseudo(rule.prelude):
                    if name in NEWER_PSEUDO:
                        yield f"{where}: :{name} is too new outside @supports"
            yield from _declarations(rule, guarded)


def _declarations(rule, guarded: bool) -> Iterator[str]:
    for item in tinycss2.parse_blocks_contents(rule.content, True, True):
        where = f"line {item.source_line}"
        if item.type != "declaration":
            yield f"{where}: nested rules are too new"
        elif not guarded:
            if item.lower_name in NEWER_PROPERTIES:
                yield f"{where}: {item.lower_name} is too new outside @supports"
            for name in _newer_values(item.value):
                yield f"{where}: {name} is too new outside @supports"


def _pseudo(tokens) -> Iterator[str]:
    """Yield the names of pseudo-classes in a selector, those inside of others too."""
    before = None
    for token in tokens:
        if before == ":" and token.type in ("ident", "function"):
            yield token.lower_value if token.type == "ident" else token.lower_name
        for inner in ("arguments", "content"):
            yield from _pseudo(getattr(token, inner, None) or ())
        before = token.value if token.type == "literal" else None


def _newer_values(tokens) -> Iterator[str]:
    for token in tokens:
        if token.type == "function" and token.lower_name in NEWER_FUNCTIONS:
            yield f"{token.lower_name}()"
        elif token.type == "dimension" and token.lower_unit in NEWER_UNITS:
            yield token.lower_unit
        yield from _newer_values(getattr(token, "arguments", ()))
