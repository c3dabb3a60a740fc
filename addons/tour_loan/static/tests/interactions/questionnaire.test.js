import { setupInteractionWhiteList, startInteractions } from "@web/../tests/public/helpers";
import { grouped } from "@tour_loan/interactions/questionnaire";

import { describe, expect, test } from "@odoo/hoot";
import {
    check,
    click,
    edit,
    manuallyDispatchProgrammaticEvent,
    queryAllTexts,
    queryOne,
    select,
} from "@odoo/hoot-dom";
import { animationFrame, mockFetch } from "@odoo/hoot-mock";

setupInteractionWhiteList("tour_loan.questionnaire");

describe.current.tags("interaction_dev");

const PAGE = `
    <form class="tl-questions">
        <input name="birth_date" data-mask="date"/>
        <input name="passport_issued_on" data-mask="date"/>
        <input name="passport_division_code" data-mask="division"/>
        <input name="passport_issued_by" data-mask="issuer"/>
        <div class="tl-issuers"></div>
        <input type="checkbox" name="residence_same" checked="checked"/>
        <div class="residence" data-needed-field="residence_same" data-needed-values="False">
            <input name="residence_city"/>
        </div>
        <select name="employment">
            <option value="">Choose</option>
            <option value="employee">Employee</option>
            <option value="pensioner">Pensioner</option>
        </select>
        <div class="employer" data-needed-field="employment" data-needed-values="employee"></div>
        <input name="income" data-mask="money"/>
    </form>`;

/** Let the server know these names of every division; questions are steps. */
function mockDivisions(...names) {
    mockFetch((input) => {
        if (!String(input).startsWith("/tour_loan/")) {
            return {};
        }
        expect.step(String(input));
        return { suggestions: names.map((value) => ({ value })) };
    });
}

/** Put the whole text in at once, as a paste or a phone's autofill does. */
async function type(selector, text) {
    await click(selector);
    await edit(text, { instantly: true });
}

test("digits are put into groups", () => {
    expect(grouped("01021990", [2, 2, 4], ".")).toBe("01.02.1990");
    expect(grouped("0102", [2, 2, 4], ".")).toBe("01.02");
    expect(grouped("770-0019", [3, 3], "-")).toBe("770-001");
    expect(grouped("", [3, 3], "-")).toBe("");
});

test("masks while typing", async () => {
    await startInteractions(PAGE);
    await type("[name=birth_date]", "14031990");
    expect("[name=birth_date]").toHaveValue("14.03.1990");
    await type("[name=income]", "95000");
    expect("[name=income]").toHaveValue("95\u00a0000");
    await type("[name=passport_issued_by]", "ОВД 12");
    expect("[name=passport_issued_by]").toHaveValue("ОВД 12");
});

test("in the middle of a text nothing is moved", async () => {
    await startInteractions(PAGE);
    await type("[name=birth_date]", "14031990");
    const input = queryOne("[name=birth_date]");
    input.value = "154.03.1990";
    input.setSelectionRange(2, 2);
    await manuallyDispatchProgrammaticEvent(input, "input");
    expect(input).toHaveValue("154.03.1990");
});

test("questions appear with the answer that calls for them", async () => {
    await startInteractions(PAGE);
    expect(".residence").toHaveClass("d-none");
    expect(".employer").toHaveClass("d-none");
    await click("[name=residence_same]");
    await animationFrame();
    expect(".residence").not.toHaveClass("d-none");
    await check("[name=residence_same]");
    await animationFrame();
    expect(".residence").toHaveClass("d-none");
    await click("[name=employment]");
    await select("employee");
    await animationFrame();
    expect(".employer").not.toHaveClass("d-none");
    await select("pensioner");
    await animationFrame();
    expect(".employer").toHaveClass("d-none");
});

test("a whole division code brings its issuers to choose from", async () => {
    await startInteractions(PAGE);
    mockDivisions("ГУ МВД", "УФМС");
    await type("[name=passport_issued_on]", "20042011");
    await type("[name=passport_division_code]", "770");
    expect.verifySteps([]);
    await type("[name=passport_division_code]", "770001");
    await animationFrame();
    expect.verifySteps(["/tour_loan/divisions?query=770-001&issued_on=2011-04-20"]);
    expect(queryAllTexts(".tl-issuer")).toEqual(["ГУ МВД", "УФМС"]);
    expect("[name=passport_issued_by]").toHaveValue("");
    await click(".tl-issuer:last");
    expect("[name=passport_issued_by]").toHaveValue("УФМС");
    expect(".tl-issuer.is-chosen").toHaveText("УФМС");
});

test("the only issuer is filled in, but never over what was typed", async () => {
    await startInteractions(PAGE);
    mockDivisions("МВД ПО РЕСП. АДЫГЕЯ");
    await type("[name=passport_division_code]", "010001");
    await animationFrame();
    expect("[name=passport_issued_by]").toHaveValue("МВД ПО РЕСП. АДЫГЕЯ");
    await type("[name=passport_issued_by]", "мой ОВД");
    await type("[name=passport_division_code]", "010002");
    await animationFrame();
    expect("[name=passport_issued_by]").toHaveValue("мой ОВД");
    expect.verifySteps([
        "/tour_loan/divisions?query=010-001&issued_on=",
        "/tour_loan/divisions?query=010-002&issued_on=",
    ]);
});
