//! Which addresses can be opened, and where a browser is led back to: what answered a form is often at an address that
//! can only be written to.

use axum::http::header::{HOST, REFERER};
use axum::http::{HeaderMap, Method, Uri};

use crate::routes::Route;

/// The addresses of all routes.
#[derive(Debug, Default)]
pub struct Addresses {
    routes: Vec<(Vec<Segment>, bool)>,
}

/// A segment of a route's address: words sort before what stands for any.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Words(String),
    Any,
}

impl Addresses {
    /// Of these routes.
    pub fn of(routes: &[Route]) -> Self {
        let mut routes: Vec<_> = routes
            .iter()
            .map(|route| {
                let segments = route.path.split('/').map(|segment| match segment {
                    any if any.starts_with('{') => Segment::Any,
                    words => Segment::Words(words.to_owned()),
                });
                (segments.collect::<Vec<_>>(), route.method == Method::GET)
            })
            .collect();
        // Of the routes that fit an address, the router takes the one with the most words; of those of one address, the
        // one that can be opened comes first.
        routes.sort_by(|(one, is_read), (other, other_read)| {
            one.cmp(other).then(other_read.cmp(is_read))
        });
        Self { routes }
    }

    /// Where a browser that has sent a request can be led back to: the address itself, the page that the form stood on,
    /// or the nearest one above.
    pub fn way_back(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> String {
        let here = uri.path_and_query().map_or("/", |it| it.as_str());
        if matches!(*method, Method::GET | Method::HEAD) {
            return here.to_owned();
        }
        let from = came_from(uri, headers).filter(|from| self.opens(path_of(from)));
        from.unwrap_or_else(|| self.nearest(path_of(here)))
    }

    /// The page at an address, or the nearest one above it.
    fn nearest(&self, path: &str) -> String {
        let mut path = path;
        loop {
            if self.opens(path) {
                return path.to_owned();
            }
            match path.rsplit_once('/') {
                Some((above, _)) if !above.is_empty() => path = above,
                _ => return "/".to_owned(),
            }
        }
    }

    /// Whether an address can be opened.
    fn opens(&self, path: &str) -> bool {
        let segments: Vec<_> = path.split('/').collect();
        let fits = |route: &[Segment]| {
            route.len() == segments.len()
                && route.iter().zip(&segments).all(|(wanted, segment)| match wanted {
                    Segment::Words(words) => words == segment,
                    Segment::Any => !segment.is_empty(),
                })
        };
        self.routes.iter().find(|(route, _)| fits(route)).is_some_and(|(_, is_read)| *is_read)
    }
}

/// The address of ours that a browser says it comes from.
fn came_from(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let from: Uri = headers.get(REFERER)?.to_str().ok()?.parse().ok()?;
    let asked = headers.get(HOST).and_then(|host| host.to_str().ok());
    let asked = asked.or_else(|| uri.authority().map(|it| it.as_str()))?;
    let is_ours = from.authority().is_some_and(|it| it.as_str() == asked);
    is_ours.then(|| from.path_and_query().map(ToString::to_string))?
}

fn path_of(address: &str) -> &str {
    address.split('?').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes::Needs;

    fn back(path: &str, referer: &str) -> String {
        let route = |method: Method, path: &str| Route {
            method,
            path: path.to_owned(),
            needs: Needs::Nothing,
        };
        let addresses = Addresses::of(&[
            route(Method::POST, "/declarations/{id}/rulings"),
            route(Method::GET, "/declarations/{number}"),
            route(Method::POST, "/people"),
            route(Method::GET, "/people"),
            route(Method::POST, "/sandbox/time"),
            route(Method::GET, "/sandbox/{code}"),
            route(Method::GET, "/sandbox"),
            route(Method::POST, "/sign-out"),
        ]);
        let mut headers = HeaderMap::new();
        headers.insert(HOST, "window.example".parse().unwrap());
        if !referer.is_empty() {
            headers.insert(REFERER, referer.parse().unwrap());
        }
        addresses.way_back(&Method::POST, &path.parse().unwrap(), &headers)
    }

    #[test]
    fn a_form_leads_back_to_the_page_that_it_stood_on() {
        let from = "https://window.example/declarations/7?done=taken";
        assert_eq!(back("/declarations/7/rulings", from), "/declarations/7?done=taken");
        // What was answered to a form before is no page.
        let from = "https://window.example/declarations/7/rulings";
        assert_eq!(back("/declarations/7/rulings", from), "/declarations/7");
        let elsewhere = "https://evil.example/declarations/8";
        assert_eq!(back("/declarations/7/rulings", elsewhere), "/declarations/7");
    }

    #[test]
    fn without_such_a_page_the_nearest_one_above_is_taken() {
        for (path, wanted) in [
            ("/declarations/7/rulings?x=1", "/declarations/7"),
            ("/people", "/people"),
            // By that address nothing can be opened, though it looks like a code.
            ("/sandbox/time", "/sandbox"),
            ("/sign-out", "/"),
            ("/nowhere/at/all", "/"),
        ] {
            assert_eq!(back(path, ""), wanted, "{path}");
        }
    }

    #[test]
    fn what_is_opened_is_itself_the_way_back() {
        let asked = "/queue?status=300".parse().unwrap();
        let way_back = Addresses::default().way_back(&Method::GET, &asked, &HeaderMap::new());
        assert_eq!(way_back, "/queue?status=300");
    }
}
