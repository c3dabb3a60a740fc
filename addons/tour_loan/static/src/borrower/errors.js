/** Leads a person (and what reads to him) to the first thing to put right. */
const field = document.querySelector("[aria-invalid=true]");
const error = document.querySelector(".tl-error[role=alert]");
if (field) {
    field.focus();
} else if (error) {
    error.tabIndex = -1;
    error.focus();
}
