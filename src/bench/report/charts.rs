//! Charts as SVG text: horizontal bars on a logarithmic scale, and lines over threads. Colours come from the style sheet around them.

use super::figures::short;
use crate::bench::scaling::Scaling;

/// A bar, or a gap between groups.
pub(super) struct Bar<'a> {
    /// The label of the group, on its first bar.
    pub group: &'a str,
    /// Which colour.
    pub series: usize,
    /// How long.
    pub value: f64,
    /// The ends of the whisker.
    pub interval: Option<(f64, f64)>,
    /// What the browser tells about it.
    pub hint: String,
}

const WIDTH: f64 = 720.0;
const LEFT: f64 = 92.0;
const RIGHT: f64 = 64.0;
const BAR: f64 = 13.0;
const GAP: f64 = 9.0;
const TOP: f64 = 26.0;

/// Bars on a logarithmic scale; `unit` labels the axis.
pub(super) fn bars(bars: &[Bar<'_>], unit: &str, title: &str) -> String {
    let values = || bars.iter().map(|bar| bar.value).filter(|value| *value > 0.0);
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max));
    if high <= 0.0 {
        return String::new();
    }
    // A logarithmic bar has no zero to start from: it starts at a power of ten below all of them.
    let (first, last) = (low.log10().floor() - if low.log10().fract().abs() < 0.15 { 1.0 } else { 0.0 }, high.log10().ceil());
    let x = |value: f64| LEFT + (value.log10() - first) / (last - first).max(1.0) * (WIDTH - LEFT - RIGHT);
    let groups = bars.iter().enumerate().filter(|(place, bar)| *place > 0 && !bar.group.is_empty()).count();
    let rows = f64::from(u32::try_from(bars.len()).unwrap_or(u32::MAX));
    let height = TOP + rows * BAR + f64::from(u32::try_from(groups).unwrap_or(u32::MAX)) * GAP + 30.0;
    let mut out = format!(
        "<svg viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" aria-label=\"{}\" preserveAspectRatio=\"xMinYMin meet\">\n",
        escaped(title)
    );
    let mut power = first;
    while power <= last {
        let (at, value) = (x(10_f64.powf(power)), 10_f64.powf(power));
        out.push_str(&format!("<line class=\"grid\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{TOP}\" y2=\"{:.1}\"/>", height - 26.0));
        out.push_str(&format!(
            "<text class=\"tick\" x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\n",
            height - 10.0,
            tick(value)
        ));
        power += 1.0;
    }
    out.push_str(&format!("<text class=\"unit\" x=\"{LEFT}\" y=\"14\">{}</text>\n", escaped(unit)));
    let mut y = TOP + 4.0;
    for (place, bar) in bars.iter().enumerate() {
        if place > 0 && !bar.group.is_empty() {
            y += GAP;
        }
        one(&mut out, bar, y, &x);
        y += BAR;
    }
    out + "</svg>\n"
}

fn one(out: &mut String, bar: &Bar<'_>, y: f64, x: &dyn Fn(f64) -> f64) {
    let (end, middle) = (x(bar.value), y + BAR / 2.0);
    if !bar.group.is_empty() {
        out.push_str(&format!(
            "<text class=\"label\" x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 8.0,
            middle + 4.5,
            escaped(bar.group)
        ));
    }
    out.push_str(&format!(
        "<rect class=\"s{}\" x=\"{LEFT}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"1.5\"><title>{}</title></rect>",
        bar.series,
        (end - LEFT).max(1.0),
        BAR - 2.0,
        escaped(&bar.hint)
    ));
    let mut right = end;
    if let Some((low, high)) = bar.interval.filter(|(low, _)| *low > 0.0) {
        right = right.max(x(high));
        out.push_str(&format!(
            "<path class=\"whisker\" d=\"M{:.1} {middle:.1}H{:.1}\"/>",
            x(low),
            x(high).min(WIDTH - 1.0),
            middle = middle - 1.0
        ));
    }
    out.push_str(&format!(
        "<text class=\"value\" x=\"{:.1}\" y=\"{:.1}\">{}</text>\n",
        right + 5.0,
        middle + 3.5,
        short(bar.value)
    ));
}

/// A power of ten.
fn tick(value: f64) -> String {
    match value {
        v if v < 1.0 => format!("{v}"),
        v if v < 1e3 => format!("{v:.0}"),
        v if v < 1e6 => format!("{:.0}k", v / 1e3),
        v => format!("{:.0}M", v / 1e6),
    }
}

/// Speed-up over threads, with the straight line that nothing exceeds.
pub(super) fn lines(scaling: &[Scaling]) -> String {
    const HEIGHT: f64 = 300.0;
    let most = scaling.iter().flat_map(|row| row.steps.iter().map(|step| step.threads)).max().unwrap_or(1);
    if most < 2 {
        return String::new();
    }
    let most = f64::from(u32::try_from(most).unwrap_or(u32::MAX));
    let x = |threads: f64| 48.0 + (threads - 1.0) / (most - 1.0) * (WIDTH - 48.0 - 190.0);
    let y = |times: f64| HEIGHT - 40.0 - times / most * (HEIGHT - 70.0);
    let mut out = format!("<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"Speed-up over threads\">\n");
    out.push_str("<text class=\"unit\" x=\"10\" y=\"14\">times one thread</text>\n");
    out.push_str(&format!(
        "<text class=\"unit\" x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"middle\">threads</text>\n",
        x(f64::midpoint(1.0, most)),
        HEIGHT - 6.0
    ));
    out.push_str(&format!("<path class=\"ideal\" d=\"M{:.1} {:.1}L{:.1} {:.1}\"/>", x(1.0), y(1.0), x(most), y(most)));
    for step in &scaling[0].steps {
        let threads = f64::from(u32::try_from(step.threads).unwrap_or(u32::MAX));
        out.push_str(&format!("<line class=\"grid\" x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"24\" y2=\"{1:.1}\"/>", x(threads), y(0.0)));
        out.push_str(&format!(
            "<text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\n",
            x(threads),
            y(0.0) + 15.0,
            step.threads
        ));
        out.push_str(&format!("<line class=\"grid\" x1=\"48\" x2=\"{1:.1}\" y1=\"{0:.1}\" y2=\"{0:.1}\"/>", y(threads), x(most)));
        out.push_str(&format!(
            "<text class=\"tick\" x=\"40\" y=\"{:.1}\" text-anchor=\"end\">×{}</text>\n",
            y(threads) + 4.0,
            step.threads
        ));
    }
    for (place, row) in scaling.iter().enumerate() {
        let Some(one) = row.steps.iter().find(|step| step.threads == 1).map(|step| step.ops_per_second.mid) else { continue };
        let points: Vec<(f64, f64)> = row
            .steps
            .iter()
            .map(|step| (x(f64::from(u32::try_from(step.threads).unwrap_or(u32::MAX))), y(step.ops_per_second.mid / one)))
            .collect();
        let path: String = points.iter().map(|(x, y)| format!("{x:.1},{y:.1} ")).collect();
        out.push_str(&format!("<polyline class=\"l{place}\" points=\"{}\"/>", path.trim_end()));
        for (x, y) in &points {
            out.push_str(&format!("<circle class=\"d{place}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\"/>"));
        }
        // The legend stands apart: lines that scale alike end in one point.
        let at = 40.0 + 22.0 * f64::from(u32::try_from(place).unwrap_or(0));
        let left = WIDTH - 170.0;
        out.push_str(&format!("<circle class=\"d{place}\" cx=\"{left:.0}\" cy=\"{:.1}\" r=\"4\"/>", at - 4.0));
        out.push_str(&format!(
            "<text class=\"key\" x=\"{:.0}\" y=\"{at:.1}\">{} {}</text>\n",
            left + 10.0,
            row.scheme,
            escaped(&row.backend)
        ));
    }
    out + "</svg>\n"
}

/// Foreign text as text, in HTML and SVG alike.
pub(super) fn escaped(text: &str) -> String {
    crate::text::plain(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
