"""20,000 contracts of twelve lines, read by ours and by zeep, each in a process of its own.

``python -m tests.bench.parse ours FILE [WSDL]`` prints seconds of processor and the peak
of memory in MB.
"""

import json
import random
import resource
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.places import ADDONS, ROOT

COUNT, LINES = 20_000, 12
PROFILE = ADDONS / "moyamfo_sync" / "profiles" / "default.json"
WSDL = ADDONS / "moyamfo_sync" / "tests" / "files" / "tour_cabinet.wsdl"
NAMESPACE = "http://www.mfo1c.ru/TourCabinet"
ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    f'<m:GetContractsResponse xmlns:m="{NAMESPACE}"><m:return>'
)
END = (
    "<m:ЕстьЕще>false</m:ЕстьЕще><m:Сформировано>2026-11-24T10:00:00</m:Сформировано>"
    "</m:return></m:GetContractsResponse></soap:Body></soap:Envelope>"
)


def write(file: Path, count: int) -> None:
    """Write an answer of GetContracts; no figures of two contracts are the same."""
    rng = random.Random(7)

    def money() -> str:
        return f"{rng.randrange(100, 20_000_000) / 100:.2f}"

    def tags(**values) -> str:
        return "".join(f"<m:{name}>{value}</m:{name}>" for name, value in values.items())

    with file.open("w", encoding="utf-8") as out:
        out.write(ENVELOPE)
        for number in range(count):
            begin = date(2025, 1, 1) + timedelta(days=rng.randrange(700))
            payment = money()  # an annuity
            lines = "".join(
                "<m:СтрокаГрафика>"
                + tags(
                    Дата=f"{begin + timedelta(days=30 * line)}T00:00:00", Сумма=payment,
                    СуммаОД=money(), СуммаПроцентов=money(), ОстатокОД=money(), Оплачено=payment if line < 3 else "0",
                    ДатаОплаты="0001-01-01T00:00:00",
                )
                + "</m:СтрокаГрафика>"
                for line in range(LINES)
            )  # fmt: skip
            balances = tags(
                ОсновнойДолг=money(), Проценты=money(), Пени="0", Просрочено="0",
                ПолноеПогашение=money(),
            )  # fmt: skip
            person = tags(
                Фамилия="Иванова", Имя="Мария", Отчество="", Телефон=f"+7916{number:07}",
                ДатаРождения="19900517000000",
            )  # fmt: skip
            told = tags(
                Номер=f"ТК25-{number:06}", УИД=f"contract-{number}", УИДЗаявки=f"a-{number}",
                Статус="Выдан", ДатаПодписания=f"{begin}T00:00:00", ДатаВыдачи=f"{begin}T00:00:00",
                ДатаЗакрытия="0001-01-01T00:00:00", Сумма=money(), Срок=LINES,
                ПроцентнаяСтавка="29.9", ПСК="34.12", ДатаОстатков="2026-11-24T10:00:00",
                Остатки=balances, ДатаСледующегоПлатежа=f"{begin}T00:00:00",
                СуммаСледующегоПлатежа=money(), НомерПлатежногоПоручения=number,
                Заемщик=person, ГрафикПлатежей=lines,
            )  # fmt: skip
            out.write(f"<m:Договор>{told}</m:Договор>")
        out.write(END)


def measured() -> dict[str, dict[str, float]]:
    """Return {ours, zeep: {seconds, megabytes, rows}}."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "contracts.xml"
        write(file, COUNT)
        return {who: _apart(who, file) for who in ("ours", "zeep")}


def _apart(who: str, file: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.parse", who, str(file)]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return json.loads(said.stdout)


def ours(file: Path) -> tuple[float, int]:
    from tests.unit.rooms import room

    protocol = room("moyamfo_sync", "protocol")
    profile = protocol.profile.load(PROFILE)
    call = profile.operations["get_contracts"].call
    began = time.process_time()
    with file.open("rb") as content:
        rows = protocol.contracts.TypedRows(content, call, profile.formats, sys.exit)
        stream = protocol.contracts.ContractStream(iter(rows))
        rows.stream = stream
        count = sum(1 for row in stream if len(row.schedule) == LINES)
    return time.process_time() - began, count


def peer(file: Path) -> tuple[float, int]:
    import zeep
    from zeep import Settings

    settings = Settings(strict=True, xsd_ignore_sequence_order=True, xml_huge_tree=True)
    client = zeep.Client(str(WSDL), settings=settings)
    binding = next(iter(client.wsdl.bindings.values()))
    reply = type("Reply", (), {
        "status_code": 200, "headers": {"Content-Type": "text/xml"}, "encoding": "utf-8",
        "content": file.read_bytes(),
    })  # fmt: skip
    began = time.process_time()
    answer = binding.process_reply(client, binding.get("GetContracts"), reply)
    count = sum(1 for row in answer["Договор"] if len(row["ГрафикПлатежей"]["СтрокаГрафика"]))
    return time.process_time() - began, count


if __name__ == "__main__":
    spent, counted = {"ours": ours, "zeep": peer}[sys.argv[1]](Path(sys.argv[2]))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": spent, "megabytes": peak, "rows": counted}))
