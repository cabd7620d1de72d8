//! As much of XML as S3's requests and answers need.

/// An answer that is being written.
#[derive(Debug)]
pub(super) struct Xml {
    text: String,
    root: &'static str,
}

impl Xml {
    pub(super) fn new(root: &'static str) -> Self {
        let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root}>");
        Self { text, root }
    }

    /// An element with a text.
    pub(super) fn text(mut self, name: &str, text: impl std::fmt::Display) -> Self {
        let text = text.to_string();
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        self.text.push_str(&format!("<{name}>{escaped}</{name}>"));
        self
    }

    /// An element with a text, where there is one.
    pub(super) fn maybe(self, name: &str, text: Option<impl std::fmt::Display>) -> Self {
        match text {
            Some(text) => self.text(name, text),
            None => self,
        }
    }

    /// An element around others.
    pub(super) fn inside(mut self, name: &str, write: impl FnOnce(Self) -> Self) -> Self {
        self.text.push_str(&format!("<{name}>"));
        let mut written = write(self);
        written.text.push_str(&format!("</{name}>"));
        written
    }

    pub(super) fn end(mut self) -> String {
        self.text.push_str(&format!("</{}>", self.root));
        self.text
    }
}

/// The content of each element of a name, in their order. Elements of one name do not stand within each other.
pub(super) fn elements<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let (begin, end) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(begin.as_str()).skip(1).filter_map(|rest| Some(rest.split_once(end.as_str())?.0)).collect()
}

/// A text as it was before it was escaped.
pub(super) fn unescape(text: &str) -> String {
    text.replace("&quot;", "\"").replace("&#34;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let text = "<a&\"b\">";
        let xml = Xml::new("Root").inside("Part", |part| part.text("ETag", text).maybe("No", None::<u8>)).end();
        let part = elements(&xml, "Part");
        assert_eq!(elements(part[0], "ETag").into_iter().map(unescape).collect::<Vec<_>>(), [text]);
        assert_eq!(elements(&xml, "No"), [""; 0]);
    }
}
