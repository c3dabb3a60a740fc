import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

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

/** Masks while typing; questions that an answer calls for; issuers of a division code. */
export class Questionnaire extends Interaction {
    static selector = ".tl-questions";
    dynamicContent = {
        "[data-mask]": { "t-on-input": this.onMaskedInput },
        "[name=passport_division_code]": { "t-on-input": this.onDivisionInput },
        ".tl-issuers": { "t-on-click": this.onIssuersClick },
        "[data-needed-field]": { "t-att-class": (el) => ({ "d-none": !this.isNeeded(el) }) },
        "select, [type=checkbox]": { "t-on-change": () => {} },
    };

    onMaskedInput(ev) {
        const input = ev.currentTarget;
        const mask = MASKS[input.dataset.mask];
        // in the middle of a text a mask would move the caret
        if (mask && input.selectionStart === input.value.length) {
            input.value = mask(input.value);
        }
    }

    isNeeded(el) {
        const source = this.el.querySelector(`[name=${el.dataset.neededField}]`);
        const answer = source.type === "checkbox" ? (source.checked ? "True" : "False") : source.value;
        return el.dataset.neededValues.split(",").includes(answer);
    }

    async onDivisionInput(ev) {
        const code = ev.currentTarget.value;
        if (!/^\d{3}-?\d{3}$/.test(code)) {
            return;
        }
        const day = this.el.querySelector("[name=passport_issued_on]").value;
        const issuedOn = day.split(".").reverse().join("-");
        const query = new URLSearchParams({ query: code, issued_on: issuedOn });
        const response = await this.waitFor(fetch(`/tour_loan/divisions?${query}`));
        const { suggestions } = await this.waitFor(response.json());
        this.showIssuers(suggestions.map((suggestion) => suggestion.value));
    }

    showIssuers(names) {
        const list = this.el.querySelector(".tl-issuers");
        list.replaceChildren(
            ...names.map((name) => {
                const button = document.createElement("button");
                button.type = "button";
                button.className = "tl-issuer";
                button.textContent = name;
                return button;
            })
        );
        const field = this.el.querySelector("[name=passport_issued_by]");
        if (names.length === 1 && !field.value) {
            this.choose(list.firstChild);
        }
    }

    onIssuersClick(ev) {
        const button = ev.target.closest(".tl-issuer");
        if (button) {
            this.choose(button);
        }
    }

    choose(button) {
        this.el.querySelector("[name=passport_issued_by]").value = button.textContent;
        for (const other of this.el.querySelectorAll(".tl-issuer")) {
            other.classList.toggle("is-chosen", other === button);
        }
    }
}

registry.category("public.interactions").add("tour_loan.questionnaire", Questionnaire);
