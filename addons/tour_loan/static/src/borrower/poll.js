/**
 * Shows the page anew when what it shows has moved. Any element may ask for it:
 * data-state-url answers JSON with a `sequence`, data-sequence is that of this page.
 */
const OFTEN = 3000; // ms
const SELDOM = 15000;
const OFTEN_FOR = 5 * 60 * 1000;

export function poll(url, sequence) {
    const startedAt = Date.now();

    function wait() {
        setTimeout(ask, Date.now() - startedAt < OFTEN_FOR ? OFTEN : SELDOM);
    }

    async function ask() {
        let found = sequence;
        try {
            const response = await fetch(url, { credentials: "same-origin" });
            if (response.redirected) {
                found = ""; // logged out meanwhile: the page itself leads to the login
            } else if (response.ok) {
                found = String((await response.json()).sequence);
            }
        } catch (error) {
            // no network for a moment: ask again later
        }
        if (found === sequence) {
            wait();
        } else {
            // not reload(): that would send a form again whose answer this page is
            location.replace(location.pathname + location.search);
        }
    }

    wait();
}

for (const element of document.querySelectorAll("[data-state-url]")) {
    poll(element.dataset.stateUrl, element.dataset.sequence);
}
