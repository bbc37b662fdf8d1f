//! What holds for all operations of the API's document: the key, and the problems any may answer with.

use utoipa::Modify;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    Components, Content, Header, OpenApi, Ref, RefOr, Response, ResponseBuilder, Type,
};

use super::problem_table::ALL;

/// Adds it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Common;

/// Statuses that say when to try again.
const WAITING: [u16; 3] = [409, 429, 503];

impl Modify for Common {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_with(Components::new);
        components.add_security_scheme("key", key());
        let mut statuses: Vec<u16> = ALL.iter().map(|kind| kind.status).collect();
        statuses.sort_unstable();
        statuses.dedup();
        for status in statuses {
            components.responses.insert(name(status), RefOr::T(problem(status)));
        }
        for (path, item) in &mut document.paths.paths {
            for operation in operations(item) {
                complete(path, operation);
                operation.parameters.iter_mut().flatten().for_each(never_null);
            }
        }
    }
}

fn key() -> SecurityScheme {
    let mut http = Http::new(HttpAuthScheme::Bearer);
    let words =
        "A key of the configuration. The names beside an operation are the scopes it needs.";
    http.description = Some(words.to_owned());
    SecurityScheme::Http(http)
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, post, put, patch, delete, .. } = item;
    [get, post, put, patch, delete].into_iter().flatten()
}

/// Adds the problems of a request of this kind, unless the operation tells them itself.
fn complete(path: &str, operation: &mut Operation) {
    let mut statuses = vec![503];
    if path.starts_with("/v1/") {
        statuses.extend([401, 403, 429, 500]);
    }
    if operation.request_body.is_some() {
        statuses.extend([400, 413, 415, 422]);
    }
    if path.contains('{') {
        statuses.push(404);
    }
    let read = |one: &RefOr<Parameter>| match one {
        RefOr::T(one) => one.parameter_in == ParameterIn::Query,
        RefOr::Ref(_) => false,
    };
    if operation.parameters.iter().flatten().any(read) {
        statuses.push(400);
    }
    for status in statuses {
        let problem = || RefOr::Ref(Ref::new(format!("#/components/responses/{}", name(status))));
        operation.responses.responses.entry(status.to_string()).or_insert_with(problem);
    }
}

/// A parameter is there or not; its type is made of an `Option`, which would let it be null.
fn never_null(parameter: &mut RefOr<Parameter>) {
    if let RefOr::T(Parameter { schema: Some(RefOr::T(Schema::Object(object))), .. }) = parameter
        && let SchemaType::Array(types) = &object.schema_type
        && let [one, Type::Null] = &types[..]
    {
        object.schema_type = SchemaType::Type(one.clone());
    }
}

fn name(status: u16) -> String {
    format!("Problem{status}")
}

/// The problems of one status.
fn problem(status: u16) -> Response {
    let kinds = ALL.iter().filter(|kind| kind.status == status);
    let codes: Vec<_> = kinds
        .map(|kind| format!("`{}`: {}.", kind.code, kind.title.trim_end_matches('.')))
        .collect();
    let schema = Ref::from_schema_name("Problem");
    let mut response = ResponseBuilder::new()
        .description(codes.join(" "))
        .content("application/problem+json", Content::new(Some(schema)));
    if WAITING.contains(&status) {
        let seconds = ObjectBuilder::new().schema_type(Type::Integer).build();
        let mut header = Header::new(seconds);
        header.description =
            Some("Seconds after which to try again, where that is known".to_owned());
        response = response.header("Retry-After", header);
    }
    response.build()
}
