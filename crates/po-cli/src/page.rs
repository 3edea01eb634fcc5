//! Pages that need nothing else: a picture, what stands beneath it, and notes.

const STYLE: &str = "\
body{font:15px/1.5 system-ui,sans-serif;color:#1f2937;background:#fff;max-width:1000px;margin:2rem auto;padding:0 1rem}
h1,h2{font-weight:600;line-height:1.2}svg{max-width:100%;height:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .6rem;text-align:right;border-bottom:1px solid #e5e7eb}
th{border-bottom:2px solid #94a3b8}th.word,td.word{text-align:left}
p,footer{color:#6b7280}";

/// The page around a picture; `style` is added to that of all pages.
pub(crate) fn page(title: &str, style: &str, picture: &str, body: &str, warnings: &[String]) -> String {
    let notes: String = warnings.iter().map(|warning| format!("<li>{}</li>\n", escaped(warning))).collect();
    let notes = if notes.is_empty() { notes } else { format!("<h2>Notes</h2>\n<ul>\n{notes}</ul>\n") };
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>\n{STYLE}\n{style}\n</style>\n</head>\n<body>\n<figure style=\"margin:0\" role=\"img\" aria-label=\"{title}\">\n\
         {picture}\n</figure>\n{body}{notes}<footer><p>po {version}</p></footer>\n</body>\n</html>\n"
    )
}

/// Text that HTML does not take for its own.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A table: the columns of words to the left, numbers to the right.
pub(crate) fn table(header: &[&str], is_word: impl Fn(usize) -> bool, rows: &[Vec<String>]) -> String {
    let row = |tag: &str, cells: &mut dyn Iterator<Item = &str>| {
        let cell = |(column, text): (usize, &str)| {
            let class = if is_word(column) { " class=\"word\"" } else { "" };
            format!("<{tag}{class}>{}</{tag}>", escaped(text))
        };
        format!("<tr>{}</tr>\n", cells.enumerate().map(cell).collect::<String>())
    };
    let rows: String = rows.iter().map(|cells| row("td", &mut cells.iter().map(String::as_str))).collect();
    let header = row("th", &mut header.iter().copied());
    format!("<table>\n<thead>{header}</thead>\n<tbody>\n{rows}</tbody>\n</table>\n")
}
