import { browser } from "@web/core/browser/browser";
import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

const OFTEN = 3000;
const SELDOM = 15000;
const OFTEN_FOR = 5 * 60 * 1000;

/** Shows the page anew when the application moves. */
export class Status extends Interaction {
    static selector = ".tl-status";

    start() {
        this.startedAt = Date.now();
        this.wait();
    }

    wait() {
        const isFresh = Date.now() - this.startedAt < OFTEN_FOR;
        this.waitForTimeout(() => this.ask(), isFresh ? OFTEN : SELDOM);
    }

    async ask() {
        let sequence = this.el.dataset.sequence;
        try {
            const response = await this.waitFor(fetch(this.el.dataset.stateUrl));
            if (response.ok) {
                sequence = String((await this.waitFor(response.json())).sequence);
            }
        } catch {
            // no network for a moment: ask again later
        }
        if (sequence !== this.el.dataset.sequence) {
            browser.location.reload();
        } else {
            this.wait();
        }
    }
}

registry.category("public.interactions").add("tour_loan.status", Status);
