"""That the watch over the pages of the crossing tests can find something."""

import pytest

from tests.e2e.inspector import watch

HOUSE = "http://house.test"
POLICY = "default-src 'none'; script-src 'nonce-right'; form-action 'self'"


@pytest.fixture
def seen(chromium):
    """Return a function that shows a page under the policy and returns what went wrong."""
    context = chromium.new_context()
    broken, page = watch(context, HOUSE), context.new_page()

    def show(body, address=HOUSE):
        headers = {"Content-Security-Policy": POLICY, "Content-Type": "text/html"}
        page.route("**/*", lambda route: route.fulfill(body=body, headers=headers, status=404))
        page.goto(address)
        page.evaluate("new Promise((done) => setTimeout(done))")
        return broken

    yield show
    context.close()


@pytest.mark.parametrize(
    "body",
    [
        "<script>window.inline = true</script>",
        "<p onclick='stop()' style='color: red'>styled</p>",
        "<script nonce=right>throw new Error('broken')</script>",
        "<script nonce=right>console.error('told')</script>",
        "<img src=/picture.png>",
        "<script nonce=right>fetch('/state').catch(() => {})</script>",
    ],
)
def test_what_the_policy_stops_or_a_script_breaks_is_seen(seen, body):
    assert seen(f"<!DOCTYPE html><title>x</title>{body}")


def test_a_form_to_somewhere_else_is_stopped_and_seen(seen, chromium):
    broken = seen("<form action='http://other.test/'><button>go</button></form>")
    page = chromium.contexts[-1].pages[0]
    with page.expect_event("console"):
        page.evaluate("document.forms[0].submit()")
    assert "form-action" in broken[0]
    assert page.url.startswith(HOUSE)


def test_a_page_without_faults_has_none_though_it_answers_404(seen):
    assert seen("<!DOCTYPE html><title>x</title><p>fine") == []


def test_faults_of_a_counterparty_are_not_ours(seen):
    assert seen("<script>1</script>", "http://other.test/") == []
