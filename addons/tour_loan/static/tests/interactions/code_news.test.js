import { setupInteractionWhiteList, startInteractions } from "@web/../tests/public/helpers";

import { describe, expect, test } from "@odoo/hoot";
import { advanceTime, mockFetch } from "@odoo/hoot-mock";

setupInteractionWhiteList("tour_loan.code_news");

describe.current.tags("interaction_dev");

/** Start the page of a code; `answer` is what the server says. */
async function startPage(answer, said = "") {
    await startInteractions(`
        <section class="tl-code" data-state-url="/my/code">
            <p class="tl-code-news ${said && "tl-error"}">${said}</p>
        </section>`);
    mockFetch((input) => {
        if (String(input) !== "/my/code") {
            return {};
        }
        expect.step("asked");
        return answer();
    });
}

test("says within three seconds that the SMS was refused", async () => {
    let text = "";
    await startPage(() => ({ text }));
    await advanceTime(2000);
    expect(".tl-code-news").toHaveText("");
    expect(".tl-code-news").not.toHaveClass("tl-error");
    text = "The operator has not taken our SMS";
    await advanceTime(2000);
    expect(".tl-code-news").toHaveText(text);
    expect(".tl-code-news").toHaveClass("tl-error");
    expect.verifySteps(["asked", "asked"]);
});

test("what came of the last attempt stays while there is no news", async () => {
    await startPage(() => ({ text: "" }), "The code is wrong");
    await advanceTime(4000);
    expect(".tl-code-news").toHaveText("The code is wrong");
    expect.verifySteps(["asked", "asked"]);
});

test("it stops when the code is over", async () => {
    await startPage(() => ({ text: "" }));
    for (let second = 0; second < 400; second += 2) {
        await advanceTime(2000);
    }
    expect.verifySteps(Array(30 + 30).fill("asked"));
    await advanceTime(60000);
    expect.verifySteps([]);
});
