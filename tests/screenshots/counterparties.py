"""The counterparties' own pages, once there is something to see on them."""

from urllib.parse import quote

from .album import Album


def pages(stack, new_page, album: Album, phone: str):
    lender = stack.url("moyamfo")
    page = new_page()
    for name, address in {
        "desk": lender,
        "desk-contracts": f"{lender}/contracts",
        "desk-settings": f"{lender}/settings",
        "faults": f"{lender}/faults",
        "payu-cabinet": stack.url("payu"),
    }.items():
        page.goto(address)
        album.keep(page, name)
    for name, address in {
        "log": f"{stack.url('travel')}/log?operation=callback",
        "phone-sms": f"{stack.url('phone')}/?phone={quote(phone)}",
    }.items():
        page.goto(address)
        if name == "log":
            page.locator("summary").first.click()
        album.keep(page, name, full=False)
