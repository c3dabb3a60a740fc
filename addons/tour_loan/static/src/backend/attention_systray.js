/** The one number staff watch: how much waits for a person. A click leads to the list. */

import { Component, onWillUnmount, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useBus, useService } from "@web/core/utils/hooks";

const MINUTE = 60 * 1000;

export class AttentionSystray extends Component {
    static template = "tour_loan.AttentionSystray";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ shown: false, count: 0 });
        user.hasGroup("tour_loan.tour_loan_group_operator").then((isStaff) => {
            this.isStaff = isStaff;
            this.refresh();
        });
        const timer = setInterval(() => document.hidden || this.refresh(), MINUTE);
        onWillUnmount(() => clearInterval(timer));
        useBus(this.env.bus, "ACTION_MANAGER:UI-UPDATED", () => this.refresh());
    }

    async refresh() {
        if (!this.isStaff) {
            return;
        }
        const count = await this.orm.silent.searchCount("tour_loan.attention", []);
        Object.assign(this.state, { shown: true, count });
    }

    open() {
        this.action.doAction("tour_loan.attention_action", { clearBreadcrumbs: true });
    }
}

registry
    .category("systray")
    .add("tour_loan.attention", { Component: AttentionSystray }, { sequence: 30 });
