/** Leads a person (and what reads to him) to the first thing to put right. */
const invalid = document.querySelector("[aria-invalid=true]");
const field = invalid && invalid.matches("fieldset, [role]") ? invalid.querySelector("input") : invalid;
const error = document.querySelector(".tl-error[role=alert]");
if (field) {
    field.focus();
} else if (error) {
    error.tabIndex = -1;
    error.focus();
}
