//! Counters and timings, in the text format that Prometheus reads.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Upper ends of the classes of durations, in seconds.
const CLASSES_S: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

/// Counts and times requests by method, route template and status.
#[derive(Debug, Default)]
pub struct Metrics {
    in_progress: AtomicI64,
    /// By route template, so that finding one makes no new text; templates are ours, so there are few.
    routes: Mutex<BTreeMap<String, Route>>,
}

#[derive(Debug, Default)]
struct Route {
    answered: BTreeMap<(&'static str, u16), u64>,
    durations: BTreeMap<&'static str, Histogram>,
}

#[derive(Debug, Default)]
struct Histogram {
    /// Durations in each class, the last one without an upper end.
    counts: [u64; CLASSES_S.len() + 1],
    sum_s: f64,
}

/// A number that is measured when it is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Gauge {
    /// Name, such as `bilan_records`. Gauges of one name stand next to each other.
    pub name: &'static str,
    /// What it is.
    pub help: &'static str,
    /// Labels: names and values of ours, never something about a person.
    pub labels: Vec<(&'static str, String)>,
    /// The number.
    pub value: f64,
}

impl Metrics {
    /// A request has begun.
    pub fn began(&self) {
        self.in_progress.fetch_add(1, Ordering::Relaxed);
    }

    /// A request has ended.
    pub fn ended(&self, method: &'static str, route: &str, status: u16, duration: Duration) {
        self.in_progress.fetch_sub(1, Ordering::Relaxed);
        let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = match routes.get_mut(route) {
            Some(entry) => entry,
            None => routes.entry(route.to_owned()).or_default(),
        };
        *entry.answered.entry((method, status)).or_default() += 1;
        let histogram = entry.durations.entry(method).or_default();
        let seconds = duration.as_secs_f64();
        histogram.sum_s += seconds;
        let class = CLASSES_S.iter().position(|end| seconds <= *end).unwrap_or(CLASSES_S.len());
        if let Some(count) = histogram.counts.get_mut(class) {
            *count += 1;
        }
    }

    /// Everything counted so far and the given gauges, as text (`text/plain; version=0.0.4`).
    #[must_use]
    pub fn render(&self, gauges: &[Gauge]) -> String {
        let mut text = String::new();
        head(&mut text, "bilan_http_requests_in_progress", "gauge", "Requests under way.");
        sample(&mut text, "bilan_http_requests_in_progress", &[], self.in_progress.load(Ordering::Relaxed));
        let routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        head(&mut text, "bilan_http_requests_total", "counter", "Requests answered.");
        for (route, entry) in &*routes {
            for ((method, status), count) in &entry.answered {
                let labels = [("method", *method), ("route", route), ("status", &status.to_string())];
                sample(&mut text, "bilan_http_requests_total", &labels, count);
            }
        }
        head(&mut text, "bilan_http_request_duration_seconds", "histogram", "Time to the beginning of the answer.");
        for (route, entry) in &*routes {
            for (method, histogram) in &entry.durations {
                histogram.render(&mut text, [("method", *method), ("route", route)]);
            }
        }
        drop(routes);
        let mut last = "";
        for gauge in gauges {
            if gauge.name != last {
                head(&mut text, gauge.name, "gauge", gauge.help);
                last = gauge.name;
            }
            let labels: Vec<_> = gauge.labels.iter().map(|(name, value)| (*name, value.as_str())).collect();
            sample(&mut text, gauge.name, &labels, gauge.value);
        }
        text
    }
}

impl Histogram {
    fn render(&self, text: &mut String, labels: [(&str, &str); 2]) {
        let ends = CLASSES_S.iter().map(ToString::to_string).chain(["+Inf".to_owned()]);
        let mut total = 0;
        for (count, end) in self.counts.iter().zip(ends) {
            total += count;
            let labels = [labels[0], labels[1], ("le", &end)];
            sample(text, "bilan_http_request_duration_seconds_bucket", &labels, total);
        }
        sample(text, "bilan_http_request_duration_seconds_sum", &labels, self.sum_s);
        sample(text, "bilan_http_request_duration_seconds_count", &labels, total);
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    // Writing to a text cannot fail.
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn sample(text: &mut String, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
    let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
    let _ = writeln!(text, "{name}{labels} {value}");
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_and_timed_by_route_template() {
        let metrics = Metrics::default();
        for ms in [1, 2, 30_000] {
            metrics.began();
            metrics.ended("GET", "/a/{id}", 200, Duration::from_millis(ms));
        }
        metrics.began();
        metrics.ended("GET", "/a/{id}", 404, Duration::from_millis(1));
        metrics.began();
        let text = metrics.render(&[]);
        for line in [
            "bilan_http_requests_in_progress 1",
            "# TYPE bilan_http_requests_total counter",
            r#"bilan_http_requests_total{method="GET",route="/a/{id}",status="200"} 3"#,
            r#"bilan_http_requests_total{method="GET",route="/a/{id}",status="404"} 1"#,
            r#"bilan_http_request_duration_seconds_bucket{method="GET",route="/a/{id}",le="0.001"} 2"#,
            r#"bilan_http_request_duration_seconds_bucket{method="GET",route="/a/{id}",le="0.0025"} 3"#,
            r#"bilan_http_request_duration_seconds_bucket{method="GET",route="/a/{id}",le="10"} 3"#,
            r#"bilan_http_request_duration_seconds_bucket{method="GET",route="/a/{id}",le="+Inf"} 4"#,
            r#"bilan_http_request_duration_seconds_count{method="GET",route="/a/{id}"} 4"#,
        ] {
            assert!(text.lines().any(|l| l == line), "{line} is missing in\n{text}");
        }
    }

    #[test]
    fn gauges_of_one_name_share_a_heading_and_labels_are_escaped() {
        let gauge = |state: &str, value| Gauge {
            name: "bilan_records",
            help: "Records.",
            labels: vec![("state", state.to_owned())],
            value,
        };
        let text = Metrics::default().render(&[gauge("open", 2.0), gauge("a\"b\\c", 0.5)]);
        assert_eq!(text.matches("# TYPE bilan_records gauge").count(), 1);
        assert!(
            text.ends_with("bilan_records{state=\"open\"} 2\nbilan_records{state=\"a\\\"b\\\\c\"} 0.5\n"),
            "{text}"
        );
    }
}
