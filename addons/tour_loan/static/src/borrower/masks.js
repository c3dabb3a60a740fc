/** Writes the signs between digits while they are typed. What somebody writes his own way,
    or corrects in the middle, is left as it is: the server reads that too. */
const DIGITS = /^\d+$/;

/** "01021990" → "01.02.1990"; 1.1.1990 and 1990-05-14 stay; "19.90-" was a year: "1990-". */
export function date(text) {
    const year = text.match(/^(\d\d)\.(\d\d)([-./ ])$/);
    if (year && Number(year[2]) > 12) {
        return year[1] + year[2] + year[3];
    }
    const parts = text.match(/^(\d\d)\.?(\d+)$/) || text.match(/^(\d\d)\.(\d\d)\.?(\d+)$/);
    if (!parts) {
        return text;
    }
    const digits = parts.slice(1).join("");
    const isDay = Number(digits.slice(0, 2)) <= 31 && Number(digits.slice(2, 4)) <= 12;
    if (digits.length > 8 || !isDay) {
        return digits.length <= 8 ? digits : text; // a year comes first
    }
    return [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4)].filter(Boolean).join(".");
}

/** "770001" → "770-001" */
export function division(text) {
    return DIGITS.test(text) && text.length > 3 && text.length <= 6
        ? `${text.slice(0, 3)}-${text.slice(3)}`
        : text;
}

/** "60000,5" → "60 000,5"; what holds words stays. */
export function money(text) {
    const parts = text.replace(/\s(?=.)/g, "").match(/^(\d+)([.,]\d*)?$/);
    return parts
        ? parts[1].replace(/\B(?=(\d{3})+$)/g, "\u00a0") + (parts[2] || "")
        : text;
}

/** Return [series, number] of digits that go on over the series, or null. */
export function passport(text, number) {
    const digits = text.replace(/[\s№N-]/g, "");
    const goesOn = DIGITS.test(digits) && digits.length > 4 && digits.length <= 10;
    return goesOn && (!number || digits.length === 10)
        ? [digits.slice(0, 4), digits.slice(4)]
        : null;
}

/** Return the six digits of a code in the text of an SMS, or an empty text. */
export function codeIn(text) {
    const found = text.match(/(?:^|\D)(\d{3}[\s-]?\d{3})(?!\d)/);
    return found ? found[1].replace(/\D/g, "") : "";
}

const MASKS = { date, division, money };

function onInput(event) {
    const input = event.target;
    // in the middle of a text a mask would move the caret, and undo a correction
    if (!input.dataset || input.selectionStart !== input.value.length) {
        return;
    }
    const mask = MASKS[input.dataset.mask];
    if (mask && !(event.inputType || "").startsWith("delete")) {
        input.value = mask(input.value);
    } else if (input.dataset.mask === "series") {
        goOn(input);
    }
}

function goOn(series) {
    const number = series.form.querySelector("[name=passport_number]");
    const parts = passport(series.value, number.value);
    if (parts) {
        series.value = parts[0];
        number.value = parts[1];
        number.focus();
        number.setSelectionRange(number.value.length, number.value.length);
    }
}

function onPaste(event) {
    const input = event.target;
    if (input.id !== "code" || !event.clipboardData) {
        return;
    }
    const code = codeIn(event.clipboardData.getData("text"));
    if (code) {
        event.preventDefault();
        input.value = code;
        input.dispatchEvent(new Event("input", { bubbles: true }));
    }
}

// on the way down: other listeners read what stands there with its signs
document.addEventListener("input", onInput, true);
document.addEventListener("paste", onPaste, true);
