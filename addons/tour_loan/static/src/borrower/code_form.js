/** Counts down to the moment a new code may be asked for; sends six digits by itself. */
function start(section) {
    const input = section.querySelector(".tl-code-input");
    const countdown = section.querySelector(".tl-countdown");
    const again = section.querySelector(".tl-resend button");
    let seconds = Number(section.dataset.waitSeconds) || 0;
    let sent = false;

    function show() {
        countdown.hidden = !seconds;
        countdown.querySelector(".tl-countdown-seconds").textContent = seconds;
        again.disabled = Boolean(seconds);
    }

    function tick() {
        if (seconds > 0) {
            setTimeout(() => {
                seconds -= 1;
                show();
                tick();
            }, 1000);
        }
    }

    function sendIfComplete() {
        if (input.value.replace(/\D/g, "").length === 6 && !sent) {
            sent = true;
            // a click, not submit(): the browser checks the form, and sends the button
            input.form.querySelector("[type=submit]").click();
        }
    }

    input.addEventListener("input", sendIfComplete);
    show();
    tick();
    // typed, or filled in by the phone, before this script was there
    sendIfComplete();
}

for (const section of document.querySelectorAll(".tl-code")) {
    start(section);
}
