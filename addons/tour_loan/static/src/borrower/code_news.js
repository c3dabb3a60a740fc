/** Says what is wrong with the code on its way: the SMS was refused, its time is over. */
const OFTEN = 2000; // ms
const SELDOM = 10000;
const OFTEN_FOR = 60 * 1000;
const WATCHED_FOR = 6 * 60 * 1000; // a code lives for five minutes

function start(section) {
    const news = section.querySelector(".tl-code-news");
    const startedAt = Date.now();
    // what came of the last attempt stays until there is news
    let told = "";

    function wait() {
        const age = Date.now() - startedAt;
        if (age < WATCHED_FOR) {
            setTimeout(ask, age < OFTEN_FOR ? OFTEN : SELDOM);
        }
    }

    function tell(text) {
        if (text !== told) {
            told = text;
            news.textContent = text;
            news.classList.toggle("tl-error", Boolean(text));
        }
    }

    async function ask() {
        try {
            const response = await fetch(section.dataset.newsUrl, { credentials: "same-origin" });
            if (response.redirected) {
                // logged out meanwhile: the page itself leads to the login, and back
                location.replace(location.pathname + location.search);
                return;
            }
            if (response.ok) {
                tell((await response.json()).text);
            }
        } catch (error) {
            // no network for a moment: ask again later
        }
        wait();
    }

    wait();
}

for (const section of document.querySelectorAll(".tl-code[data-news-url]")) {
    start(section);
}
