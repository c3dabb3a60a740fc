import { setupInteractionWhiteList, startInteractions } from "@web/../tests/public/helpers";

import { describe, expect, test } from "@odoo/hoot";
import { edit, click, on, queryOne } from "@odoo/hoot-dom";
import { advanceTime } from "@odoo/hoot-mock";

setupInteractionWhiteList("tour_loan.code_form");

describe.current.tags("interaction_dev");

/** Start the form of a code; every submit is a step and goes nowhere. */
async function startForm({ seconds = 0, typed = "" } = {}) {
    const hidden = seconds ? "" : "d-none";
    on(document, "submit", (ev) => {
        ev.preventDefault();
        expect.step(ev.target.className);
    });
    return startInteractions(`
        <section class="tl-code" data-wait-seconds="${seconds}">
            <form class="confirm">
                <input class="tl-code-input" value="${typed}"/>
                <button type="submit">Confirm</button>
            </form>
            <form class="tl-resend">
                <p class="tl-countdown ${hidden}">
                    <span class="tl-countdown-seconds">${seconds}</span>
                </p>
                <button type="submit" ${seconds ? "disabled" : ""}>Send a new code</button>
            </form>
        </section>`);
}

test("counts down and then lets a new code be asked for", async () => {
    const { core } = await startForm({ seconds: 3 });
    expect(core.interactions).toHaveLength(1);
    expect(".tl-resend button").toHaveAttribute("disabled");
    await advanceTime(1000);
    expect(".tl-countdown-seconds").toHaveText("2");
    await advanceTime(2000);
    expect(".tl-countdown").toHaveClass("d-none");
    expect(".tl-resend button").not.toHaveAttribute("disabled");
    await click(".tl-resend button");
    expect.verifySteps(["tl-resend"]);
});

test("without a wait a new code may be asked for at once", async () => {
    await startForm();
    expect(".tl-countdown").toHaveClass("d-none");
    expect(".tl-resend button").not.toHaveAttribute("disabled");
});

test("the sixth digit sends the form, once", async () => {
    await startForm();
    await click(".tl-code-input");
    await edit("12345");
    expect.verifySteps([]);
    await edit("123 456");
    expect.verifySteps(["confirm"]);
    await edit("123457");
    expect.verifySteps([]);
});

test("a code that was there before the script is sent", async () => {
    await startForm({ typed: "654321" });
    expect.verifySteps(["confirm"]);
    expect(queryOne(".tl-code-input").value).toBe("654321");
});
