"""``make bench``: what a call costs, each beside a peer measured in the same run.

Prints a table and asserts nothing: a rate depends on the machine, a ratio much less.
``TOUR_LOAN_BENCH_ROWS`` makes the million applications fewer (or more). Arguments choose
some of the parts: ``make bench PARTS="create get quote costs events apply decision pages slow lists callbacks"``.
"""

import http.client
import json
import math
import os
import random
import statistics
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from scripts import odoo
from scripts.stack import Stack
from tests.agency.caller import Caller, body, order

from . import parse as parsing
from .applications import cursor_in_the_middle, fill, fill_callbacks
from .decision import Decisions
from .listener import Listener
from .load import ServerLog, compared, quantile
from .pages import largest_paints
from .shell import in_shell
from .slow import CLICKS, HANG, TABS, Slow

ROWS = int(os.environ.get("TOUR_LOAN_BENCH_ROWS", "1000000"))
FEW = 10_000
AGENCIES = 100  # one hangs, one refuses, the others are well
CHANGES = 200
CHANGES_OF_THE_BAD = 60  # each: far more than the breaker's failures and the slots there are
CHANGES_A_SECOND = 8
RATE_WORKERS = "2"
CONTRACTS = 20_000
PARTS = (
    *("create", "get", "quote", "costs", "events", "apply", "decision", "parse"),
    *("pages", "slow", "lists", "callbacks"),
)
JSON_2 = "/json/2/*"  # the peer's door
LINE = "{:<44} {:>11} {:>11} {:>7}  {}"


def main() -> None:
    """Start a house, measure, print; stop it."""
    started = time.monotonic()
    listener = Listener(hanging="bench0")
    with Stack(
        "bench", settings={"ODOO_WORKERS": RATE_WORKERS, "TOUR_LOAN_OPEN_ROUTES": JSON_2}
    ) as stack:
        settings = prepare(stack, listener)
        bench = Bench(stack, settings, listener)
        print(
            f"\nOne server, {RATE_WORKERS} workers, {os.cpu_count()} processors, "
            f"load before {os.getloadavg()[0]:.1f}; medians.\n"
        )
        print(LINE.format("", "ours", "peer", "ratio", "aim"), flush=True)
        for part in sys.argv[1:] or PARTS:
            getattr(bench, part)()
    listener.close()
    print(f"\nAll in {time.monotonic() - started:.0f} s.")


def prepare(stack, listener) -> dict:
    """Make agencies and keys in the house's database; return what prepare.py says."""
    refusing = f"http://127.0.0.1:{odoo.free_port()}/callback"
    settings = {"callbacks": listener.url, "refusing": refusing, "agencies": AGENCIES}
    return in_shell(stack, "prepare.py", settings)


class Bench:
    """The measurements; each prints its lines."""

    def __init__(self, stack, settings: dict, listener: Listener):
        self.stack, self.settings, self.listener = stack, settings, listener
        self.log = ServerLog(stack.log_path)
        self.agency = self.caller("bench2")
        self.first = self.agency.call("application.create", order()).result["application_id"]

    def caller(self, code: str) -> Caller:
        # past the front: what is measured is the server
        return Caller(self.stack.direct_url, code, self.settings["secrets"][code])

    def partner(self, method: str, **params) -> None:
        """Call Odoo's own API as its documentation says: JSON-2 with an API key."""
        address = self.agency.address
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"bearer {self.settings['api_key']}",
        }
        content = json.dumps(params).encode()
        connection.request("POST", f"/json/2/res.partner/{method}", content, headers)
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        if response.status != 200:
            raise RuntimeError(answer.decode(errors="replace")[:500])

    def parse(self) -> None:
        """20,000 contracts beside zeep's own reading: processor, and the peak of memory."""
        found = parsing.measured()
        ours, peer = found["ours"], found["zeep"]
        print(
            LINE.format(
                "20,000 contracts × 12 read, processor",
                f"{ours['seconds']:.1f} s",
                f"{peer['seconds']:.1f} s",
                f"{peer['seconds'] / ours['seconds']:.1f}×",
                "≥ 6×",
            )
        )
        sizes = (f"{one['megabytes']:.0f} MB" for one in (ours, peer))
        print(LINE.format("  peak of memory", *sizes, "", "≤ 100 MB"))

    # --- rates

    def beside(self, title: str, aim: str, ours, peer) -> None:
        """Print two rates, and what one call of each costs the server."""
        rates = compared(5, 3, ours=ours, peer=peer)
        ratio = rates["ours"] / rates["peer"]
        print(
            LINE.format(
                title,
                f"{rates['ours']:.0f}/s",
                f"{rates['peer']:.0f}/s",
                f"{ratio:.2f}",
                aim,
            )
        )
        costs = [self.log.costs(call, 20) for call in (ours, peer)]
        print(
            LINE.format(
                "  server time of one call",
                *(f"{1000 * statistics.median(s for _, s in cost):.1f} ms" for cost in costs),
                "",
                "queries: {} and {}".format(
                    *(statistics.median_low(queries for queries, _ in cost) for cost in costs)
                ),
            ),
            flush=True,
        )

    def create(self) -> None:
        # written once: what the caller does costs the same processors as the server
        call = body("application.create", order("NUMBER"))
        mark = uuid.uuid4().hex

        def ours(number):
            assert self.agency.post(call.replace(b"NUMBER", f"{mark}-{number}".encode())).result

        def peer(number):
            partner = {"name": f"Bench {number}", "email": f"b{number}@example.com"}
            self.partner("create", vals_list=[partner])

        self.beside("application.create | res.partner/create", ">= 2", ours, peer)

    def get(self) -> None:
        fields = ["name", "email", "phone", "street", "city", "zip", "country_id"]

        def ours(_number):
            assert self.agency.call("application.get", {"application_id": self.first}).result

        def peer(_number):
            self.partner("read", ids=[self.settings["partner_id"]], fields=fields)

        self.beside("application.get | res.partner/read", "", ours, peer)

    def quote(self) -> None:
        money = {
            name: {"amount": amount, "currency": "RUB"}
            for name, amount in (("price", "145000.00"), ("advance", "14500.00"))
        }
        costs = self.log.costs(
            lambda _number: self.agency.call("calculator.quote", money).result, 100
        )
        milliseconds = [1000 * seconds for _, seconds in costs]
        self.one("calculator.quote, server time p50", quantile(milliseconds, 0.5), "<= 20 ms")
        self.one("calculator.quote, server time p95", quantile(milliseconds, 0.95), "")

    # --- what Odoo's own requests pay for us

    def events(self) -> None:
        """What an event for each person and the masks add to the staff's pages."""
        found = in_shell(self.stack, "measure_events.py", {"agency": "bench2"})
        for page, (ours, without) in found.items():
            print(
                LINE.format(
                    f"staff, {page}: with events, without",
                    f"{ours:.1f} ms",
                    f"{without:.1f} ms",
                    f"{ours / without:.3f}",
                    "1.1",
                ),
                flush=True,
            )

    def apply(self) -> None:
        """Contracts of 1C's taken over, without parsing, beside one ORM write of a row."""
        # seven in ten of them are funded
        fill(self.stack, "few", self.first, CONTRACTS * 3 // 2)
        found = in_shell(
            self.stack,
            "measure_apply.py",
            {"agency": "few", "count": CONTRACTS},
            MOYAMFO_SYNC_URL=self.stack.url("moyamfo"),
        )
        times = found["ms"]
        print(f"{found['loans']:,} contracts of 12 lines | one ORM write and flush of a row")
        for name, title, aim in (
            ("changed", "balances changed, 1 in 10 with a new schedule", ">= 5"),
            ("unchanged", "the same once more", ">= 20"),
            ("stamped", "the same with new stamps", ">= 20"),
            ("one by one", "one by one (some of them)", ""),
        ):
            ours, peer = times[name], times["orm"]
            print(
                LINE.format(
                    f"  {title}"[:44],
                    f"{1000 * ours:.0f} us",
                    f"{1000 * peer:.0f} us",
                    f"{peer / ours:.1f}",
                    aim,
                ),
                flush=True,
            )
        print(f"  UPDATEs of a pull with new stamps only: {found['updates']}")

    def decision(self) -> None:
        """From the lender's decision to the agency's socket, while a night's reconcile runs too."""
        self.own_workers()
        caller = self.caller("bench4")

        def create():
            return caller.call("application.create", order()).result["application_id"]

        decisions = Decisions(self.stack, self.listener, create)
        print("The lender decides -> callback at the agency, the house's own workers")
        for night in (False, True):
            for ping, aim in ((True, "<= 500 ms"), (False, "<= 5000 ms")):
                if night:
                    decisions.begin_night()
                waits = [1000 * wait for wait in decisions.waits(ping)]
                title = (
                    f"  {'ping' if ping else 'no ping'}{', a night reconciles' if night else ''}"
                )
                self.one(f"{title}, p50", quantile(waits, 0.5), "")
                self.one(f"{title}, p95", quantile(waits, 0.95), aim)
                if night:
                    print(f"    it was night to the end: {decisions.is_night()}")
        self.few_workers()

    def costs(self) -> None:
        found = in_shell(
            self.stack, "measure_costs.py", self.settings, TOUR_LOAN_OPEN_ROUTES=JSON_2
        )
        print("What our addon adds to Odoo's requests, in one process without network")
        for name, (door, whole) in found["doors"].items():
            share = f"{door / whole:.1%}"
            self.micros(f"  doors, {name}", door, whole, share, "<= 2 %, of the request")
        for name, (ours, without) in found["rule"].items():
            ratio = f"{ours / without:.3f}"
            self.micros(f"  rule on partners, {name}", ours, without, ratio, "<= 1.02, without it")

    def micros(self, title: str, ours: float, peer: float, ratio: str, aim: str) -> None:
        print(LINE.format(title, f"{ours:.0f} us", f"{peer:.0f} us", ratio, aim), flush=True)

    def one(self, title: str, milliseconds: float, aim: str) -> None:
        print(LINE.format(title, f"{milliseconds:.1f} ms", "", "", aim), flush=True)

    # --- who hangs

    def slow(self) -> None:
        """Pages and calls while PayU and an agency hang, beside a quiet house.

        Under the house's own number of workers.
        """
        self.own_workers()

        def call(_number):
            assert self.agency.call("application.get", {"application_id": self.first}).result

        times = Slow(self.stack, call).times()
        print(
            f"PayU and an agency hang {HANG} s: {CLICKS} clicks on Pay, {TABS} tabs of /sign, "
            "p95 of all others | in a quiet house"
        )
        for kind, title in (("page", "a page (login)"), ("call", "application.get")):
            self.pair(f"  {title}", times["hanging"][kind], times["quiet"][kind], "<= 1.2")
            self.pair(
                "    while all come | nobody hangs", times["coming"][kind], times["crowd"][kind], ""
            )
        self.few_workers()

    def own_workers(self) -> None:
        """Start Odoo again as the house has it."""
        if self.stack._processes["odoo"].env.pop("ODOO_WORKERS", None):
            self.stack.stop_odoo()
            self.stack.start_odoo()

    def few_workers(self) -> None:
        """Start Odoo again as the rates are measured."""
        self.stack._processes["odoo"].env["ODOO_WORKERS"] = RATE_WORKERS
        self.stack.stop_odoo()
        self.stack.start_odoo()

    # --- borrowers' pages

    def pages(self) -> None:
        print("Largest paint of a first visit: 390 px, CPU / 4, 1.6 Mbit/s, 150 ms")

        def tell(name, paint):
            self.one(f"  {name}", paint.largest, f"<= 1500 ms  {paint.explained()}")

        largest_paints(self.stack, tell)

    # --- application.list

    def lists(self) -> None:
        """500 applications out of a million beside 500 out of ten thousand."""
        fill(self.stack, "few", self.first, FEW)
        alone = self.list_times({"alone": ("few", {})})["alone"]
        started = time.monotonic()
        fill(self.stack, "many", self.first, ROWS)
        filled = time.monotonic() - started
        pages = {}
        for code in ("few", "many"):
            middle = cursor_in_the_middle(self.stack, code)
            pages |= {
                f"{code} first page": (code, {}),
                f"{code} page in the middle": (code, {"cursor": middle}),
                f"{code} since last month": (code, {"updated_since": self.before(30)}),
                f"{code} since last year": (code, {"updated_since": self.before(365)}),
            }
        times = self.list_times(pages)
        print(
            f"application.list of 500: {ROWS:,} | {FEW:,} applications of the agency "
            f"({filled:.0f} s to fill)"
        )
        for title in ("first page", "page in the middle", "since last month", "since last year"):
            ours, peer = times[f"many {title}"], times[f"few {title}"]
            self.pair(f"  {title}", ours, peer)
        self.pair("  first page | before the table was filled", times["many first page"], alone)

    def pair(self, title: str, ours: float, peer: float, aim: str = "<= 1.3") -> None:
        print(
            LINE.format(
                title,
                f"{1000 * ours:.0f} ms",
                f"{1000 * peer:.0f} ms",
                f"{ours / peer:.2f}",
                aim,
            ),
            flush=True,
        )

    def list_times(self, pages: dict[str, tuple[str, dict]]) -> dict[str, float]:
        """Return the median server time of each page, measured in turns."""
        times = {name: [] for name in pages}
        for turn in range(8):
            for name, (code, params) in pages.items():
                caller = self.caller(code)

                def call(_number, caller=caller, params=params):
                    items = caller.call("application.list", {"limit": 500, **params}).result
                    assert items["items"]

                [(_queries, seconds)] = self.log.costs(call, 1)
                if turn:  # the first one warms
                    times[name].append(seconds)
        return {name: statistics.median(values) for name, values in times.items()}

    @staticmethod
    def before(days: int) -> str:
        moment = time.gmtime(time.time() - days * 86400)
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", moment)

    # --- callbacks

    def callbacks(self) -> None:
        """The time from the call that changes a state to the agency's socket.

        Under the house's own number of workers: callbacks need some that are free.
        """
        orders = self.orders_to_cancel()
        fill_callbacks(self.stack, ROWS)
        self.own_workers()
        called = {}
        with ThreadPoolExecutor(8) as pool:
            begun = time.monotonic()
            for index, (code, application) in enumerate(orders):
                time.sleep(max(0, begun + index / CHANGES_A_SECOND - time.monotonic()))
                pool.submit(self.cancel, code, application, called)
        healthy = [a for code, a in orders if code not in ("bench0", "bench1")]
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not all(
            (a, "cancelled") in self.listener.arrivals for a in healthy
        ):
            time.sleep(0.1)
        arrived = self.listener.arrivals
        # one that never came waited for ever
        waits = [1000 * (arrived.get((a, "cancelled"), math.inf) - called[a]) for a in healthy]
        print(
            f"Callbacks: 1 agency hangs, 1 refuses ({CHANGES_OF_THE_BAD} changes each), "
            f"{AGENCIES - 2} are well; {CHANGES_A_SECOND} changes a second, "
            f"{ROWS:,} old callbacks, the house's own workers"
        )
        self.one("  call that changes -> socket, p50", quantile(waits, 0.5), "")
        self.one("  call that changes -> socket, p95", quantile(waits, 0.95), "<= 1000 ms")
        came = sum(wait < math.inf for wait in waits)
        print(f"  arrived within 20 s: {came} of {len(healthy)}")

    def orders_to_cancel(self) -> list[tuple[str, str]]:
        """Return (agency, application), every agency in turn, the bad ones far more often."""
        codes = [f"bench{index % AGENCIES}" for index in range(CHANGES)]
        codes += ["bench0", "bench1"] * CHANGES_OF_THE_BAD
        random.Random(1).shuffle(codes)

        def create(code):
            return code, self.caller(code).call("application.create", order()).result[
                "application_id"
            ]

        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(create, codes))

    def cancel(self, code: str, application: str, called: dict) -> None:
        called[application] = time.monotonic()
        params = {"application_id": application, "reason": "bench"}
        assert self.caller(code).call("application.cancel", params).result


if __name__ == "__main__":
    main()
