//! Which route a request belongs to, by the gateway's rules: the most specific path wins, then the exact
//! method over ANY; a greedy variable comes after every other path, and `$default` after everything.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

/// All routes of an API.
#[derive(Debug)]
pub(super) struct Table {
    routes: Vec<Route>,
    default: Option<String>,
}

#[derive(Debug)]
struct Route {
    key: String,
    function: String,
    method: String,
    segments: Vec<Segment>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(String),
    Variable(String),
    Greedy(String),
}

/// A route and what the path held in place of its variables.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) key: String,
    pub(super) function: String,
    pub(super) parameters: BTreeMap<String, String>,
}

impl Table {
    pub(super) fn new(routes: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut table = Self { routes: Vec::new(), default: None };
        for (key, function) in routes {
            match key.split_once(' ') {
                None => table.default = Some(function),
                Some((method, path)) => {
                    let (method, segments) = (method.to_owned(), path_segments(path).map(Segment::read).collect());
                    table.routes.push(Route { key, function, method, segments });
                }
            }
        }
        table
    }

    pub(super) fn find(&self, method: &str, path: &str) -> Option<Match> {
        let fitting = self.routes.iter().filter(|route| route.method == method || route.method == "ANY");
        let fitting = fitting.filter_map(|route| Some((route, route.parameters(path)?)));
        let best = fitting.max_by_key(|(route, _)| route.rank());
        match best {
            Some((route, parameters)) => {
                Some(Match { key: route.key.clone(), function: route.function.clone(), parameters })
            }
            None => self.default.as_ref().map(|function| Match {
                key: "$default".to_owned(),
                function: function.clone(),
                parameters: BTreeMap::new(),
            }),
        }
    }
}

impl Route {
    fn parameters(&self, path: &str) -> Option<BTreeMap<String, String>> {
        let mut parameters = BTreeMap::new();
        let mut given = path_segments(path);
        for segment in &self.segments {
            match segment {
                Segment::Literal(text) => given.next().filter(|part| decode(part) == *text).map(drop)?,
                Segment::Variable(name) => {
                    let part = given.next().filter(|part| !part.is_empty())?;
                    parameters.insert(name.clone(), decode(part));
                }
                Segment::Greedy(name) => {
                    let rest: Vec<&str> = given.by_ref().collect();
                    if rest.is_empty() {
                        return None;
                    }
                    parameters.insert(name.clone(), decode(&rest.join("/")));
                }
            }
        }
        given.next().is_none().then_some(parameters)
    }

    /// Compared segment by segment from the left; a literal beats a variable, a variable beats a greedy one.
    fn rank(&self) -> (Reverse<Vec<u8>>, bool) {
        let kinds = self.segments.iter().map(|segment| match segment {
            Segment::Literal(_) => 0,
            Segment::Variable(_) => 1,
            Segment::Greedy(_) => 2,
        });
        (Reverse(kinds.collect()), self.method != "ANY")
    }
}

impl Segment {
    fn read(text: &str) -> Self {
        let inner = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        match inner.map(|name| (name, name.strip_suffix('+'))) {
            None => Self::Literal(text.to_owned()),
            Some((_, Some(name))) => Self::Greedy(name.to_owned()),
            Some((name, None)) => Self::Variable(name.to_owned()),
        }
    }
}

fn path_segments(path: &str) -> impl Iterator<Item = &str> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(method: &str, path: &str) -> String {
        let keys = [
            "GET /v1/visits",
            "POST /v1/visits",
            "GET /v1/visits/{visit_id}",
            "GET /v1/visits/summary",
            "ANY /v1/visits/{visit_id}",
            "POST /v1/visits/{visit_id}/reveal",
            "GET /files/{proxy+}",
            "$default",
        ];
        let table = Table::new(keys.map(|key| (key.to_owned(), "function".to_owned())));
        table.find(method, path).unwrap().key
    }

    #[test]
    fn a_literal_beats_a_variable_and_a_method_beats_any() {
        assert_eq!(key("GET", "/v1/visits/summary"), "GET /v1/visits/summary");
        assert_eq!(key("GET", "/v1/visits/7"), "GET /v1/visits/{visit_id}");
        assert_eq!(key("PUT", "/v1/visits/7"), "ANY /v1/visits/{visit_id}");
        assert_eq!(key("POST", "/v1/visits/7/reveal"), "POST /v1/visits/{visit_id}/reveal");
    }

    #[test]
    fn what_fits_nothing_goes_to_the_default_route() {
        for (method, path) in [
            ("DELETE", "/v1/visits"),
            ("HEAD", "/v1/visits"),
            ("OPTIONS", "/v1/visits"),
            ("BREW", "/v1/visits"),
            ("GET", "/v1/visits/"),
            ("GET", "/V1/visits"),
            ("GET", "//v1/visits"),
            ("GET", "/v1/visits/7/reveal/more"),
            ("GET", "/files"),
            ("GET", "/"),
        ] {
            assert_eq!(key(method, path), "$default", "{method} {path}");
        }
    }

    #[test]
    fn variables_are_decoded_and_a_greedy_one_takes_the_rest() {
        let keys = ["GET /a/{id}/b", "GET /files/{proxy+}"];
        let table = Table::new(keys.map(|key| (key.to_owned(), "function".to_owned())));
        assert_eq!(table.find("GET", "/a/x%20%C3%A9/b").unwrap().parameters["id"], "x é");
        assert_eq!(table.find("GET", "/files/a/b%2Fc").unwrap().parameters["proxy"], "a/b/c");
        assert_eq!(table.find("GET", "/nothing"), None);
    }
}
