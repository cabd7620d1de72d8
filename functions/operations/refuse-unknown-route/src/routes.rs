//! Which paths there are, and with which methods.

include!(concat!(env!("OUT_DIR"), "/routes.rs"));

/// The methods of a path, as an `allow` header lists them; none where there is no such path.
#[must_use]
pub fn methods_of(path: &str) -> Option<&'static str> {
    let fits = |template: &str| {
        let (mut wanted, mut given) = (template.split('/'), path.split('/'));
        wanted.by_ref().all(|segment| given.next().is_some_and(|part| matches_segment(segment, part)))
            && given.next().is_none()
    };
    // A path written out goes before one with parameters, as it does at the gateway.
    let known = ROUTES.iter().filter(|(template, _)| fits(template)).min_by_key(|(template, _)| template.contains('{'));
    known.map(|(_, methods)| *methods)
}

fn matches_segment(segment: &str, part: &str) -> bool {
    if segment.starts_with('{') { !part.is_empty() } else { segment == part }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_known_with_any_parameter_and_nothing_around_it() {
        assert_eq!(methods_of("/v1/visits"), Some("GET, HEAD, POST"));
        assert_eq!(methods_of("/v1/visits/nonsense/check-out"), Some("POST"));
        for unknown in
            ["/", "", "/v1", "/v1/visits/", "/v1/visits//check-out", "/v1/visits/a/b/c", "/V1/visits", "/v2/visits"]
        {
            assert_eq!(methods_of(unknown), None, "{unknown}");
        }
    }
}
