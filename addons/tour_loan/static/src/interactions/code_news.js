import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

const OFTEN = 2000;
const SELDOM = 10000;
const OFTEN_FOR = 60 * 1000;
const WATCHED_FOR = 6 * 60 * 1000; // a code lives for five minutes

/** Tells what is wrong with the code on its way: the SMS was refused, the time is over. */
export class CodeNews extends Interaction {
    static selector = ".tl-code[data-state-url]";

    start() {
        this.news = this.el.querySelector(".tl-code-news");
        // what came of the last attempt stays until there is news
        this.told = "";
        this.startedAt = Date.now();
        this.wait();
    }

    wait() {
        const age = Date.now() - this.startedAt;
        if (age < WATCHED_FOR) {
            this.waitForTimeout(() => this.ask(), age < OFTEN_FOR ? OFTEN : SELDOM);
        }
    }

    async ask() {
        try {
            const response = await this.waitFor(fetch(this.el.dataset.stateUrl));
            if (response.ok) {
                this.tell((await this.waitFor(response.json())).text);
            }
        } catch {
            // no network for a moment, or logged out: ask again later
        }
        this.wait();
    }

    tell(text) {
        if (text !== this.told) {
            this.told = text;
            this.news.textContent = text;
            this.news.classList.toggle("tl-error", Boolean(text));
        }
    }
}

registry.category("public.interactions").add("tour_loan.code_news", CodeNews);
