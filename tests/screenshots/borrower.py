"""The borrower's pages: the main road from the travel site on, and the side roads."""

import re

from playwright.sync_api import expect

from tests.e2e import outcome
from tests.e2e.quick import QuickCustomer
from tests.e2e.second_half import Customer
from tests.e2e.story import Borrower, Sandbox, wait_until
from tests.faults.test_slow import places_taken

from .album import Album

TOUR = "antalya"  # dear enough for the law's pause, cheap enough for four hours of it
# those of the side roads: last, first and middle name by the tour they want
PEOPLE = {
    "hurghada": ("Соколова", "Анна", "Игоревна"),
    "phuket": ("Морозов", "Пётр", "Андреевич"),
    "kazan": ("Лебедев", "Илья", "Олегович"),
    "polyana": ("Орлова", "Вера", "Павловна"),
    "maldives": ("Громов", "Семён", "Львович"),
    "antalya": ("Белова", "Ольга", "Юрьевна"),
}
APPROVED = "Заём одобрен"


def main_road(stack, new_page, album: Album) -> Customer:
    """From the travel site to a booked repayment; a person at the desk decides."""
    Sandbox(stack).lender(rule="off")
    customer = Customer(stack, new_page(), album)
    choose_a_tour(customer)
    customer.buy_on_credit()
    customer.confirm_documents()
    customer.fill_passport()
    customer.fill_address()
    customer.fill_work()
    customer.sign_questionnaire()
    customer.await_heading("Заявка у кредитора")
    customer.shoot("waiting")
    approve_at_the_desk(customer, new_page(), album)
    customer.await_heading(APPROVED)
    customer.sign()
    customer.await_status("signed")
    customer.shoot("signed")
    customer.page.get_by_text("Заём больше не нужен").click()
    customer.shoot("signed-refusal")
    customer.let_the_pause_pass()
    customer.await_status("ready")
    customer.await_heading("Тур бронируется")
    customer.shoot("ready")
    customer.book()
    customer.await_status("funded")
    customer.await_heading("Тур оплачен")
    customer.shoot("funded")
    shop = new_page()
    shop.goto(f"{stack.url('travel')}/orders/{customer.order_number}")
    album.keep(shop, "travel-callbacks")
    customer.open_loan()
    customer.pay()
    customer.await_booked(1)
    customer.shoot("repaid")
    return customer


def choose_a_tour(customer: Customer):
    """Order at the travel site's own pages."""
    page, site = customer.page, customer.stack.url("travel")
    page.goto(site)
    customer.shoot("shop")
    page.goto(f"{site}/agency/slon/")
    customer.shoot("tours")
    page.goto(f"{site}/agency/slon/tours/{TOUR}")
    customer.shoot("tour")
    page.get_by_role("link", name="Выбрать этот тур").click()
    page.locator("[name=phone]").fill(customer.phone)
    page.locator("[name=consent]").check()
    customer.shoot("customer")
    customer.button("Перейти к оплате аванса")
    customer.shoot("checkout")
    customer.button("Оплатить")
    expect(page).to_have_url(re.compile("/orders/[^/]+$"))
    customer.order_number = page.url.rpartition("/")[2]


def approve_at_the_desk(customer: Customer, desk, album: Album):
    """The lender's person opens the application and approves it."""
    desk.goto(customer.stack.url("moyamfo"))
    desk.locator(".row-link").first.click()
    album.keep(desk, "desk-application")
    desk.get_by_role("button", name="Одобрить").click()


def second_application(customer: Customer):
    """The same person again, so that his list holds more than one thing."""
    Sandbox(customer.stack).lender(rule="off")
    customer.order(tour="kazan", agency="parus")
    shots, customer.shots = customer.shots, None
    customer.buy_on_credit()
    customer.confirm_documents()
    customer.shots = shots
    customer.page.goto(f"{customer.stack.url()}/my/applications")
    customer.shoot("list")


def other_brand(stack, new_page, album: Album):
    """The first pages for a customer of the second agency."""
    borrower = Borrower(stack, new_page())
    borrower.order(agency="parus")
    borrower.buy_on_credit()
    borrower.shots = album
    borrower.shoot("parus-documents")
    borrower.shots = None
    borrower.confirm_documents()
    album.keep(borrower.page, "parus-passport")
    fresh = Borrower(stack, new_page())
    fresh.order(agency="parus")
    fresh.page.goto(link_of(fresh))
    album.keep(fresh.page, "parus-start")


def link_of(borrower: Borrower) -> str:
    """Let the agency hand its order over; return the link for its customer."""
    borrower.sandbox.call(borrower.order_number, "application.create")
    return borrower.sandbox.order(borrower.order_number)["redirect_url"]


def links(stack, new_page, album: Album):
    """Links that lead nowhere any more, and the way back in by phone."""
    borrower = Borrower(stack, new_page())
    borrower.order()
    link = link_of(borrower)
    page = borrower.page
    page.goto(link[:-3])
    album.keep(page, "link-wrong")
    page.goto(link)
    borrower.button("Продолжить")
    stranger = new_page()
    stranger.goto(link)
    album.keep(stranger, "link-used")
    late = Borrower(stack, new_page())
    late.order()
    link = link_of(late)
    stack.sql(
        "UPDATE tour_loan_application SET link_made_at = link_made_at - interval '2 days' "
        "WHERE order_number = %s",
        late.order_number,
    )
    late.page.goto(link)
    album.keep(late.page, "link-late")
    stranger.goto(f"{stack.url()}/my/applications/nothing/here")
    album.keep(stranger, "not-found")
    stranger.goto(f"{stack.url()}/tour_loan/login")
    album.keep(stranger, "login")
    stranger.locator("#phone").fill(borrower.phone)
    stranger.get_by_role("button", name="Получить код").click()
    expect(stranger.locator("#code")).to_be_visible()
    album.keep(stranger, "login-code")
    stranger.get_by_role("link", name="Код не приходит?").click()
    album.keep(stranger, "code-help")
    stranger.goto(f"{stack.url()}/tour_loan/login")
    stranger.locator("#phone").fill("123")
    stranger.get_by_role("button", name="Получить код").click()
    album.keep(stranger, "login-errors")


def absences(stack, new_page, album: Album):
    """A session that ended under a form; the database away."""
    borrower = Borrower(stack, new_page())
    borrower.order(tour="kazan")
    borrower.buy_on_credit()
    borrower.confirm_documents()
    home, page = borrower.page.url, borrower.page
    cookies = page.context.cookies()
    page.context.clear_cookies()
    borrower.button("Продолжить")
    borrower.await_heading("Личный кабинет")
    album.keep(page, "login-lost")
    page.context.add_cookies(cookies)
    borrower.go(home)
    page.locator("form.tl-questions [name=csrf_token]").evaluate("(field) => field.value = 'old'")
    borrower.button("Продолжить")
    borrower.await_heading("Страница устарела")
    album.keep(page, "page-old")
    stack.take_database_away()
    try:
        page.goto(home)
        album.keep(page, "away")
    finally:
        stack.bring_database_back()
    wait_until(lambda: borrower.arrives(home) and page.locator("#last_name").count())


def waits(stack, new_page, album: Album):
    """Pages that come again by themselves: for documents, for the agency."""
    sandbox = Sandbox(stack)
    sandbox.lender(rule="off")
    customer = QuickCustomer(stack, new_page())
    customer.apply(tour="kazan")
    outcome.settle(stack)
    page = customer.page
    page.route(re.compile("/my/"), without_refresh)
    sign = f"{customer.home}/sign"
    with stack.postgres.connect(stack.database) as held, held.cursor() as cursor:
        # nobody stores a document meanwhile
        cursor.execute("LOCK TABLE tour_loan_document IN SHARE ROW EXCLUSIVE MODE")
        uid = customer.lender_says()["uid"]
        sandbox.post("moyamfo", "decide", uid=uid, decision="approve")
        customer.await_heading(APPROVED)
        customer.go(sign)
        customer.await_heading("Готовим документы")
        album.keep(page, "waiting-documents")
        stack.sql(
            "INSERT INTO tour_loan_document_failure "
            "(stage, agency_id, application_id, attempts, failed_at, create_date, error) "
            "SELECT 'contract', agency_id, id, 1, now() AT TIME ZONE 'utc', "
            "now() AT TIME ZONE 'utc', 'a test' FROM tour_loan_application "
            "WHERE order_number = %s",
            customer.order_number,
        )
        customer.go(sign)
        customer.await_heading("Документы пока не готовы")
        album.keep(page, "documents-fail")
        held.rollback()
    stack.sql("DELETE FROM tour_loan_document_failure")
    [(agency,)] = stack.sql(
        "SELECT agency_id FROM tour_loan_application WHERE order_number = %s",
        customer.order_number,
    )
    asking = page.get_by_role("heading", name="Спрашиваем агентство")
    with places_taken(stack, f"ask agency {agency}"):
        wait_until(lambda: customer.arrives(sign) and asking.count())  # the job is at work
        album.keep(page, "waiting-agency")


def without_refresh(route):
    """Pass an answer on, but for the header that makes the page come again."""
    answer = route.fetch(max_redirects=0)
    headers = {name: text for name, text in answer.headers.items() if name != "refresh"}
    route.fulfill(response=answer, headers=headers)


def mistakes(stack, new_page, album: Album):
    """A wrong code, and a passport that cannot be."""
    borrower = Borrower(stack, new_page())
    borrower.order(tour="hurghada")
    borrower.buy_on_credit()
    text = borrower.page.locator(".tl-documents a[href$='/text']").first
    reader = borrower.page.context.new_page()
    reader.goto(stack.url() + text.get_attribute("href"))
    album.keep(reader, "document-text")
    reader.close()
    borrower.accept_documents()
    borrower.ask_code()
    right = borrower.sandbox.code(borrower.phone)
    borrower.type_code(f"{(int(right) + 1) % 10**6:06d}")
    album.keep(borrower.page, "code-wrong")
    borrower.type_code(right)
    borrower.fill(
        last_name="Ivanova", birth_date="31.02.1990", passport_series="45", passport_number=""
    )
    borrower.button("Продолжить")
    expect(borrower.page.get_by_role("alert").first).to_be_visible()
    album.keep(borrower.page, "passport-errors")
    borrower.fill(
        last_name="де ла Крус", first_name="Мария", middle_name="Петровна",
        birth_date="14.03.1990", birth_place="гор. Москва", passport_series="4550",
        passport_number="123456", passport_issued_on="20.04.2011",
        passport_division_code="770-001", passport_issued_by="УВД",
    )  # fmt: skip
    borrower.button("Продолжить")
    expect(borrower.page.get_by_label("Так в паспорте").first).to_be_visible()
    album.keep(borrower.page, "passport-doubts")


def decisions(stack, new_page, album: Album):
    """What the lender, the borrower and the clock may make of an application."""
    sandbox = Sandbox(stack)
    sandbox.lender(rule="needs", needs="Работа", seconds=1)
    asked = applicant(stack, new_page, "hurghada")
    expect(asked.page).to_have_url(re.compile("/work$"))
    album.keep(asked.page, "needs-data")
    sandbox.lender(rule="needs", needs="Документы")
    elsewhere = applicant(stack, new_page, "hurghada")
    elsewhere.await_heading("Кредитор просит ещё данные")
    album.keep(elsewhere.page, "needs-documents")
    elsewhere.button("Я передал(а)")
    elsewhere.await_text("Вы сообщили, что передали")
    album.keep(elsewhere.page, "needs-handed-over")
    sandbox.lender(rule="approve", share=60)
    less = applicant(stack, new_page, "phuket")
    less.await_heading(APPROVED)
    album.keep(less.page, "approved-for-less")
    sandbox.lender(rule="decline", share=100)
    declined = applicant(stack, new_page, "kazan")
    declined.await_heading("Кредитор отказал")
    album.keep(declined.page, "declined")
    sandbox.lender(rule="off")
    cancelled = applicant(stack, new_page, "polyana")
    cancelled.page.get_by_text("Заём больше не нужен").click()
    cancelled.button("Отменить заявку")
    cancelled.await_heading("Заявка отменена")
    album.keep(cancelled.page, "cancelled")
    expired = applicant(stack, new_page, "maldives")
    let_the_hold_pass(expired)
    expired.await_heading("Время вышло")
    album.keep(expired.page, "expired")
    waiting = applicant(stack, new_page, "antalya")  # he is to stay with the lender
    waiting.await_heading("Заявка у кредитора")
    late_refusal(stack, new_page, album)


def late_refusal(stack, new_page, album: Album):
    """After the booking the borrower asks the lender to cancel, who has paid already."""
    sandbox = Sandbox(stack)
    sandbox.lender(rule="approve", cancels="desk", payout_seconds=-1)
    customer = QuickCustomer(stack, new_page())
    customer.be_approved(tour="kazan")
    customer.sign()
    customer.be_booked()
    customer.go(customer.home)
    customer.page.get_by_text("Заём больше не нужен").click()
    customer.button("Попросить кредитора отменить")
    customer.sees("Вы попросили кредитора отменить заём")
    album.keep(customer.page, "committed-asked")
    outcome.settle(stack)
    sandbox.post("moyamfo", "cancel", uid=customer.lender_says()["uid"], agree=False)
    customer.sees("Кредитор не смог отменить заём")
    album.keep(customer.page, "committed-refused")
    sandbox.lender(cancels="at once", payout_seconds=1)


def applicant(stack, new_page, tour: str) -> Borrower:
    """Return a borrower whose application has just gone to the lender."""
    borrower = Borrower(stack, new_page())
    parts = ("last_name", "first_name", "middle_name")
    borrower.name = dict(zip(parts, PEOPLE[tour], strict=True))
    borrower.apply(tour=tour)
    return borrower


def let_the_hold_pass(borrower: Borrower):
    """The agency's hold ended a minute ago; wake the clock that looks for such."""
    stack = borrower.stack
    outcome.settle(stack)  # or a job writes the same row at the same time
    stack.sql(
        "UPDATE tour_loan_application SET held_until = now() AT TIME ZONE 'utc' - "
        "interval '1 minute', ends_at = now() AT TIME ZONE 'utc' - interval '1 minute' "
        "WHERE order_number = %s",
        borrower.order_number,
    )

    def ended():
        stack.sql(
            "UPDATE ir_cron SET nextcall = now() AT TIME ZONE 'utc' - interval '1 minute' "
            "WHERE id = (SELECT res_id FROM ir_model_data WHERE module = 'tour_loan' "
            "AND name = 'ir_cron_expire') AND nextcall > now() AT TIME ZONE 'utc'"
        )
        stack.postgres.execute("SELECT pg_notify('cron_trigger', %s)", stack.database)
        return borrower.sandbox.order(borrower.order_number)["application"]["status"] == "expired"

    wait_until(ended, 150, every=2)
