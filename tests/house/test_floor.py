"""The floor of borrowers' scripts and styles, and that the check can fail."""

import pytest

from scripts import floor
from scripts.lint import BORROWER


def test_the_borrowers_files_stay_on_the_floor():
    assert list(BORROWER.glob("*.js")) and list(BORROWER.glob("*.css"))
    assert floor.faults(BORROWER) == []


@pytest.mark.parametrize(
    "newer",
    [
        "const a = b?.c;",
        "const a = b ?? c;",
        "const a = { ...b };",
        "try { a(); } catch { b(); }",
        "class A { #secret = 1; }",
        "class A { field = 1; }",
        "a ||= b;",
        "const a = 1_000;",
        "const a = await b;",
        "const { a, ...rest } = b;",
        "const a = /(?<=b)c/;",
        "const a = /b./s;",
        "form.requestSubmit();",
        "list.replaceChildren();",
        "for await (const a of b) { c(a); }",
        "const big = 10n;",
    ],
)
def test_a_newer_script_is_found(newer):
    assert floor.script_faults(newer)


@pytest.mark.parametrize(
    "newer",
    [
        ".a { .b { color: red; } }",
        ".a { &:hover { color: red; } }",
        ".a:has(.b) { color: red; }",
        ".a:not(:has(.b)) { color: red; }",
        ":is(h1, h2) { color: red; }",
        "@media (min-width: 1px) { a:focus-visible { color: red; } }",
        "@layer base { a { color: red; } }",
        "@container (min-width: 1px) { a { color: red; } }",
        ".a { color: color-mix(in srgb, red, blue); }",
        ".a { height: calc(100dvh - 1px); }",
        ".a { text-wrap: balance; }",
    ],
)
def test_a_newer_style_is_found(newer):
    assert floor.style_faults(newer)


@pytest.mark.parametrize(
    "old",
    [
        "@supports selector(:has(*)) { .a:has(.b) { color: red; } }",
        ".a::before { content: ':has'; height: min(10vh, 3em); }",
        "@keyframes turn { to { transform: rotate(360deg); } }",
    ],
)
def test_what_old_browsers_read_or_skip_is_no_fault(old):
    assert floor.style_faults(old) == []


def test_async_functions_and_modules_are_on_the_floor():
    assert floor.script_faults("export async function a() { return (await b()) ** 2; }") == []
