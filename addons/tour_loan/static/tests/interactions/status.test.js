import { setupInteractionWhiteList, startInteractions } from "@web/../tests/public/helpers";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";

import { describe, expect, test } from "@odoo/hoot";
import { advanceTime, mockFetch } from "@odoo/hoot-mock";

setupInteractionWhiteList("tour_loan.status");

describe.current.tags("interaction_dev");

/** Start the page with sequence 7; `answer` is what the server says then. */
async function startPage(answer) {
    patchWithCleanup(browser.location, { reload: () => expect.step("reload") });
    await startInteractions(
        `<section class="tl-status" data-sequence="7" data-state-url="/my/state"></section>`
    );
    mockFetch((input) => {
        if (String(input) !== "/my/state") {
            return {};
        }
        expect.step(String(input));
        return answer();
    });
}

test("asks every three seconds and shows the page anew when it has moved", async () => {
    let sequence = 7;
    await startPage(() => ({ sequence }));
    await advanceTime(2900);
    expect.verifySteps([]);
    await advanceTime(100);
    expect.verifySteps(["/my/state"]);
    sequence = 8;
    await advanceTime(3000);
    expect.verifySteps(["/my/state", "reload"]);
    await advanceTime(60000);
    expect.verifySteps([]);
});

test("after five minutes it asks seldom", async () => {
    await startPage(() => ({ sequence: 7 }));
    for (let second = 0; second < 303; second += 3) {
        await advanceTime(3000);
    }
    expect.verifySteps(Array(100).fill("/my/state"));
    await advanceTime(15000);
    expect.verifySteps(["/my/state"]);
});

test("a failure of the network is waited out", async () => {
    let away = true;
    await startPage(() => {
        if (away) {
            throw new TypeError("Failed to fetch");
        }
        return { sequence: 8 };
    });
    await advanceTime(3000);
    await advanceTime(3000);
    expect.verifySteps(["/my/state", "/my/state"]);
    away = false;
    await advanceTime(3000);
    expect.verifySteps(["/my/state", "reload"]);
});
