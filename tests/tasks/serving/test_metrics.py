from tasks.serving.metrics import Gauge, Metrics, labels


def test_the_text_is_prometheus_format() -> None:
    metrics = Metrics()
    metrics.requests.add(kind="predict", status=200)
    metrics.requests.add(2, kind="page", status=404)
    metrics.seconds.observe(0.004)
    metrics.seconds.observe(0.3)
    metrics.seconds.observe(99)
    metrics.gauges.append(Gauge("g", "A gauge.", lambda: {labels(model='a"b\\c\n'): 3}))
    text = metrics.text()
    for line in (
        "# TYPE graft_requests_total counter",
        'graft_requests_total{kind="page",status="404"} 2',
        'graft_requests_total{kind="predict",status="200"} 1',
        "# TYPE graft_predict_seconds histogram",
        'graft_predict_seconds_bucket{le="0.005"} 1',
        'graft_predict_seconds_bucket{le="0.25"} 1',
        'graft_predict_seconds_bucket{le="0.5"} 2',
        'graft_predict_seconds_bucket{le="10.0"} 2',
        'graft_predict_seconds_bucket{le="+Inf"} 3',
        "graft_predict_seconds_sum 99.304",
        "graft_predict_seconds_count 3",
        "# HELP g A gauge.",
        'g{model="a\\"b\\\\c\\n"} 3',
    ):
        assert line in text.splitlines()
    assert text.endswith("\n")
    assert metrics.requests.value(kind="predict", status=200) == 1
