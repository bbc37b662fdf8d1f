//! A refusal as a page: what is wrong, the request's id, and a way on. Problems of the API become pages here.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::guard::Rep;
use super::page::{Frame, page, see_other};
use crate::peer::http::problem::Problem;

/// Why there is no page.
#[derive(Debug)]
pub(super) enum Refused {
    /// Nobody is signed in: to the form, and back to here afterwards.
    SignIn(String),
    /// A page that says it.
    Page(Box<RefusedPage>),
}

#[derive(Template, Debug)]
#[template(path = "refused.html", config = "src/peer/http/console/askama.toml")]
pub(super) struct RefusedPage {
    frame: Frame,
    status: u16,
    title: String,
    detail: String,
    errors: Vec<String>,
}

impl Refused {
    /// A page for whoever is signed in.
    pub(super) fn page(rep: &Rep, status: u16, title: &str, detail: impl Into<String>) -> Self {
        Self::Page(Box::new(RefusedPage {
            frame: Frame::of(rep, title),
            status,
            title: title.to_owned(),
            detail: detail.into(),
            errors: Vec::new(),
        }))
    }

    /// A page for somebody who is not.
    pub(super) fn stranger(request_id: &str, status: u16, title: &str, detail: &str) -> Self {
        Self::Page(Box::new(RefusedPage {
            frame: Frame::of_nobody(title, request_id),
            status,
            title: title.to_owned(),
            detail: detail.to_owned(),
            errors: Vec::new(),
        }))
    }

    /// What the API would have said.
    pub(super) fn problem(rep: &Rep, problem: &Problem) -> Self {
        let errors = problem.errors.iter().map(|error| error.detail.clone()).collect();
        Self::Page(Box::new(RefusedPage {
            frame: Frame::of(rep, problem.kind.title),
            status: problem.kind.status,
            title: problem.kind.title.to_owned(),
            detail: problem.detail.clone(),
            errors,
        }))
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn(next) => see_other(&next),
            Self::Page(refused) => {
                let status = StatusCode::from_u16(refused.status);
                page(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), &*refused)
            }
        }
    }
}
