/** The step after the password: the browser asks for the passkey, or makes one. */

import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";
import * as passkeyLib from "@auth_passkey/../lib/simplewebauthn";

export class SecondFactor extends Interaction {
    static selector = ".o_tour_loan_passkey";
    dynamicContent = {
        ".o_tour_loan_passkey_button": { "t-on-click": this.onClick },
    };

    async onClick(event) {
        event.preventDefault();
        const options = JSON.parse(this.el.dataset.options);
        const act = this.el.dataset.making
            ? passkeyLib.startRegistration
            : passkeyLib.startAuthentication;
        const failed = this.el.querySelector(".o_tour_loan_passkey_failed");
        failed.classList.add("d-none");
        try {
            const answer = await this.waitFor(act(options));
            this.el.querySelector("[name=webauthn_response]").value = JSON.stringify(answer);
            this.el.submit();
        } catch {
            // closed, timed out, no such key here: he may try again, or use his app
            failed.classList.remove("d-none");
        }
    }
}

registry.category("public.interactions").add("tour_loan.second_factor", SecondFactor);
