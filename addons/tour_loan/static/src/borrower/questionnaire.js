/** Questions that an answer calls for; issuers of a division code. */
function start(form) {
    function field(name) {
        return form.querySelector(`[name=${name}]`);
    }

    function isNeeded(element) {
        const source = field(element.dataset.neededField);
        const answer = source.type === "checkbox" ? (source.checked ? "True" : "False") : source.value;
        return element.dataset.neededValues.split(",").includes(answer);
    }

    function showNeeded() {
        for (const element of form.querySelectorAll("[data-needed-field]")) {
            element.hidden = !isNeeded(element);
        }
    }

    form.addEventListener("change", showNeeded);
    showNeeded();

    const list = form.querySelector(".tl-issuers");
    if (!list) {
        return;
    }

    function choose(button) {
        field("passport_issued_by").value = button.textContent;
        for (const other of list.children) {
            other.classList.toggle("is-chosen", other === button);
        }
    }

    const none = form.querySelector(".tl-issuers-none");

    function showIssuers(names) {
        list.textContent = "";
        none.hidden = names.length > 0;
        for (const name of names) {
            const button = document.createElement("button");
            button.type = "button";
            button.className = "tl-issuer";
            button.textContent = name;
            list.append(button);
        }
        if (names.length === 1 && !field("passport_issued_by").value) {
            choose(list.firstChild);
        }
    }

    async function askForIssuers(code) {
        const day = field("passport_issued_on").value;
        const issuedOn = /^\d/.test(day) ? day.split(".").reverse().join("-") : "";
        const query = new URLSearchParams({ query: code, issued_on: issuedOn });
        try {
            const response = await fetch(`/tour_loan/divisions?${query}`);
            const answer = await response.json();
            // a later answer may have come before this one
            if (field("passport_division_code").value === code) {
                showIssuers(answer.suggestions.map((suggestion) => suggestion.value));
            }
        } catch (error) {
            // no network for a moment: the name can be typed
        }
    }

    form.addEventListener("input", (event) => {
        const isCode = event.target.name === "passport_division_code";
        if (isCode && /^\d{3}-?\d{3}$/.test(event.target.value)) {
            askForIssuers(event.target.value);
        }
    });
    list.addEventListener("click", (event) => {
        const button = event.target.closest(".tl-issuer");
        if (button) {
            choose(button);
        }
    });
}

for (const form of document.querySelectorAll(".tl-questions")) {
    start(form);
}
