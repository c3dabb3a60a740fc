"""The conditions of alerts: for Prometheus in words, for the house itself as code."""

from tests.unit.rooms import room

alerts = room("tour_loan", "rules").alerts
Alert, Sample = alerts.Alert, alerts.Sample


def test_a_condition_reads_as_prometheus_reads_it():
    labels = {"state": "stuck", "outbox": "sms|mail"}
    assert Alert("A", "", "m", 0, labels=labels).expression() == (
        'm{state=~"stuck",outbox=~"sms|mail"} > 0'
    )
    assert Alert("A", "", "m", 0.1, below=True).expression() == "m < 0.1"
    assert Alert("A", "", "m", 86400, alerts.AGE).expression() == "time() - m > 86400"
    assert Alert("A", "", "m", 9, alerts.LEFT).expression() == "m - time() < 9 and m > 0"
    assert Alert("A", "", "m_total", 5, alerts.INCREASE, window=10).expression() == (
        "sum(increase(m_total[10m])) > 5"
    )


def test_only_the_series_it_is_about_are_looked_at():
    alert = Alert("A", "", "m", 0, labels={"state": "5.."})
    samples = [
        Sample("m", {"state": "503"}, 1),
        Sample("m", {"state": "404"}, 1),
        Sample("m", {}, 1),
        Sample("n", {"state": "503"}, 1),
    ]
    assert alert.chosen(samples) == samples[:1]


def test_each_way_of_being_wrong():
    now = 1_000_000.0
    assert Alert("A", "", "m", 5).is_wrong(6, now) and not Alert("A", "", "m", 5).is_wrong(5, now)
    low = Alert("A", "", "m", 0.1, below=True)
    assert low.is_wrong(0.09, now) and not low.is_wrong(0.1, now)
    old = Alert("A", "", "m", 60, alerts.AGE)
    assert old.is_wrong(now - 61, now) and old.is_wrong(0, now) and not old.is_wrong(now - 59, now)
    soon = Alert("A", "", "m", 60, alerts.LEFT)
    assert soon.is_wrong(now + 59, now) and not soon.is_wrong(now + 61, now)
    assert not soon.is_wrong(0, now), "not known"


def test_names_are_single_and_every_alert_says_what_is_wrong():
    names = [alert.name for alert in alerts.ALERTS]
    assert len(names) == len(set(names))
    assert all(alert.summary and alert.metric.startswith("tour_loan_") for alert in alerts.ALERTS)
