/**
 * Times are shown in the time zone of the user's preferences, Moscow's for staff.
 *
 * Odoo's client shows them in the browser's own: an operator whose computer stands elsewhere
 * would read other hours than the borrower's page, SMS and the documents tell.
 */

import { user } from "@web/core/user";

if (user.tz) {
    luxon.Settings.defaultZone = user.tz;
}
