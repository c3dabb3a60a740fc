import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

/** Counts down to the moment a new code may be asked for; sends six digits by itself. */
export class CodeForm extends Interaction {
    static selector = ".tl-code";
    dynamicContent = {
        ".tl-code-input": { "t-on-input": this.onInput },
        ".tl-countdown": { "t-att-class": () => ({ "d-none": !this.seconds }) },
        ".tl-countdown-seconds": { "t-out": () => this.seconds },
        ".tl-resend button": { "t-att-disabled": () => (this.seconds ? "disabled" : undefined) },
    };

    setup() {
        this.seconds = Number(this.el.dataset.waitSeconds) || 0;
        this.sent = false;
    }

    start() {
        this.tick();
        // typed, or filled in by the phone, before this script was there
        this.sendIfComplete(this.el.querySelector(".tl-code-input"));
    }

    tick() {
        if (this.seconds > 0) {
            this.waitForTimeout(() => {
                this.seconds -= 1;
                this.updateContent();
                this.tick();
            }, 1000);
        }
    }

    onInput(ev) {
        this.sendIfComplete(ev.currentTarget);
    }

    sendIfComplete(input) {
        if (input?.value.replace(/\D/g, "").length === 6 && !this.sent) {
            this.sent = true;
            input.form.requestSubmit();
        }
    }
}

registry.category("public.interactions").add("tour_loan.code_form", CodeForm);
