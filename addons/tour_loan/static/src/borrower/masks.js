/** Writes the signs between digits while they are typed. */
const MASKS = {
    date: (text) => grouped(text, [2, 2, 4], "."),
    division: (text) => grouped(text, [3, 3], "-"),
    money: (text) => text.replace(/[^\d,.]/g, "").replace(/\B(?=(\d{3})+(?!\d))/g, "\u00a0"),
};

/** Put `separator` between groups of digits: ("01021990", [2, 2, 4], ".") → 01.02.1990 */
export function grouped(text, sizes, separator) {
    let digits = text.replace(/\D/g, "");
    const groups = [];
    for (const size of sizes) {
        if (digits) {
            groups.push(digits.slice(0, size));
            digits = digits.slice(size);
        }
    }
    return groups.join(separator);
}

function onInput(event) {
    const input = event.target;
    const mask = MASKS[input.dataset.mask];
    // in the middle of a text a mask would move the caret
    if (mask && input.selectionStart === input.value.length) {
        input.value = mask(input.value);
    }
}

// on the way down: other listeners read what stands there with its signs
document.addEventListener("input", onInput, true);
