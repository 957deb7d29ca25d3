//! The description of the API (OpenAPI 3.1), made from the table of routes.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::route::{Route, Table, Who};

type Make = fn(&mut SchemaGenerator) -> Schema;

fn make<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

#[derive(Debug, Clone)]
struct Outcome {
    status: u16,
    says: &'static str,
    body: Option<Make>,
    slug: Option<&'static str>,
}

/// What an API route takes and gives.
#[derive(Debug, Clone)]
pub struct ApiDoc {
    /// The operation's name: `bookVisit`.
    pub id: &'static str,
    tag: &'static str,
    summary: &'static str,
    query: Option<Make>,
    body: Option<Make>,
    idempotent: bool,
    outcomes: Vec<Outcome>,
}

impl ApiDoc {
    /// An operation by its name, the service it belongs to, and one sentence.
    pub fn new(id: &'static str, tag: &'static str, summary: &'static str) -> Self {
        Self { id, tag, summary, query: None, body: None, idempotent: false, outcomes: Vec::new() }
    }

    /// The members of `T` are its query parameters.
    #[must_use]
    pub fn query<T: JsonSchema>(mut self) -> Self {
        self.query = Some(make::<T>);
        self
    }

    /// `T` is its JSON body.
    #[must_use]
    pub fn body<T: JsonSchema>(mut self) -> Self {
        self.body = Some(make::<T>);
        self
    }

    /// It takes `Idempotency-Key`.
    #[must_use]
    pub fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// It answers with `T`.
    #[must_use]
    pub fn answers<T: JsonSchema>(mut self, status: u16, says: &'static str) -> Self {
        self.outcomes.push(Outcome { status, says, body: Some(make::<T>), slug: None });
        self
    }

    /// It answers without a body.
    #[must_use]
    pub fn answers_nothing(mut self, status: u16, says: &'static str) -> Self {
        self.outcomes.push(Outcome { status, says, body: None, slug: None });
        self
    }

    /// It may refuse with this problem.
    #[must_use]
    pub fn refuses(mut self, status: u16, slug: &'static str, says: &'static str) -> Self {
        self.outcomes.push(Outcome { status, says, body: None, slug: Some(slug) });
        self
    }
}

/// One wrong field of a problem.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used; problems are written in errors.rs")]
struct FieldError {
    /// The JSON member or query parameter.
    field: String,
    /// What is wrong, in the caller's language.
    detail: String,
}

/// A refusal (RFC 9457).
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used; problems are written in errors.rs")]
struct Problem {
    /// An address that names the kind of problem; its last part is stable.
    r#type: String,
    /// What happened, in the caller's language.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What to do now, in the caller's language.
    detail: String,
    /// The request's number, to tell when asking for help.
    instance: String,
    /// What is wrong with single fields.
    errors: Option<Vec<FieldError>>,
}

fn parameters(path: &str, doc: &ApiDoc, generator: &mut SchemaGenerator) -> Vec<Value> {
    let mut list: Vec<Value> = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| json!({"name": name.trim_start_matches('*'), "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect();
    if let Some(query) = doc.query {
        let schema = inline(query, generator);
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, member) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let mut member = member.clone();
            let says = member.as_object_mut().and_then(|object| object.remove("description"));
            let mut parameter =
                json!({"name": name, "in": "query", "required": required.contains(&name.as_str()), "schema": member});
            if let (Some(says), Some(object)) = (says, parameter.as_object_mut()) {
                object.insert("description".to_owned(), says);
            }
            list.push(parameter);
        }
    }
    if doc.idempotent {
        list.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false, "schema": {"type": "string", "maxLength": 255},
            "description": "Kept for 24 hours: the same key with the same command gives the first answer again, with another command 422."
        }));
    }
    list
}

/// The schema itself, where the generator would only give a reference to it.
fn inline(make: Make, generator: &mut SchemaGenerator) -> Value {
    let schema = make(generator).to_value();
    let name = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
    match name {
        Some(name) => generator.definitions().get(name).cloned().unwrap_or(schema.clone()),
        None => schema,
    }
}

fn operation(route: &Route, doc: &ApiDoc, generator: &mut SchemaGenerator) -> Value {
    let mut responses = Map::new();
    for outcome in &doc.outcomes {
        let response = match (outcome.body, outcome.slug) {
            (Some(body), _) => json!({
                "description": outcome.says,
                "content": {"application/json": {"schema": body(generator)}}
            }),
            (None, Some(slug)) => json!({
                "description": format!("{} (problem type …/{slug})", outcome.says),
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
            }),
            (None, None) => json!({"description": outcome.says}),
        };
        match responses.get_mut(&outcome.status.to_string()).and_then(|before| before.get_mut("description")) {
            // Two reasons for one status stand in one sentence.
            Some(Value::String(before)) => {
                before.push_str("; ");
                before.push_str(response["description"].as_str().unwrap_or_default());
            }
            _ => {
                responses.insert(outcome.status.to_string(), response);
            }
        }
    }
    responses.insert("default".to_owned(), json!({"$ref": "#/components/responses/Problem"}));
    let mut operation = json!({
        "operationId": doc.id,
        "tags": [doc.tag],
        "summary": doc.summary,
        "parameters": parameters(route.path, doc, generator),
        "responses": responses,
    });
    if let (Some(body), Some(object)) = (doc.body, operation.as_object_mut()) {
        let schema = body(generator);
        object.insert(
            "requestBody".to_owned(),
            json!({"required": true, "content": {"application/json": {"schema": schema}}}),
        );
    }
    if matches!(route.who, Who::Staff(_) | Who::AnyStaff | Who::Entering)
        && let Some(object) = operation.as_object_mut()
    {
        object.insert("security".to_owned(), json!([{"session": []}]));
    }
    operation
}

/// One reason for a problem, as the operations that refuse with it say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reason {
    pub(crate) slug: &'static str,
    pub(crate) status: u16,
    pub(crate) says: &'static str,
    pub(crate) operation: &'static str,
}

/// Every problem the API's operations name.
pub(crate) fn reasons(table: &Table) -> Vec<Reason> {
    let docs = table.routes().iter().filter_map(|route| route.doc.as_ref());
    docs.flat_map(|doc| {
        doc.outcomes.iter().filter_map(|outcome| {
            let slug = outcome.slug?;
            Some(Reason { slug, status: outcome.status, says: outcome.says, operation: doc.id })
        })
    })
    .collect()
}

/// The whole description as JSON.
pub fn document(table: &Table, version: &str) -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator();
    let problem = generator.subschema_for::<Problem>();
    let mut paths: Map<String, Value> = Map::new();
    for route in table.routes() {
        let Some(doc) = &route.doc else { continue };
        let path = route.path.replace("{*", "{");
        let operation = operation(route, doc, &mut generator);
        if let Some(methods) = paths.entry(path).or_insert_with(|| json!({})).as_object_mut() {
            methods.insert(route.method.as_str().to_ascii_lowercase(), operation);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "横串 Yokogushi",
            "version": version,
            "summary": "The digital city hall: counter visits and what grows beside them.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "responses": {"Problem": {
                "description": "Refused; the type says why (RFC 9457)",
                "content": {"application/problem+json": {"schema": problem}}
            }},
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": crate::cookies::SESSION}}
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Method;

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Window {
        /// The service's id.
        service: String,
        days: Option<u16>,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Slot {
        id: String,
        free: u32,
    }

    async fn nothing() {}

    #[test]
    fn describes_what_the_table_holds() {
        let doc = ApiDoc::new("availability", "visits", "Free times")
            .query::<Window>()
            .answers::<Vec<Slot>>(200, "The times")
            .refuses(404, "not-found", "No such service");
        let book = ApiDoc::new("book", "visits", "Book")
            .body::<Slot>()
            .idempotent()
            .answers::<Slot>(201, "Booked")
            .refuses(409, "slot-full", "Full")
            .refuses(409, "closed", "Closed");
        let table = Table::new(vec![
            Route::api(Method::GET, "/api/v1/visits/{id}/free", Who::Anyone, doc, nothing),
            Route::api(Method::POST, "/api/v1/visits/{id}/free", Who::Anyone, book, nothing),
        ])
        .unwrap();
        let all = document(&table, "1");
        let path = &all["paths"]["/api/v1/visits/{id}/free"];
        assert_eq!(path["get"]["parameters"][0]["in"], "path");
        assert_eq!(path["get"]["parameters"][1]["name"], "days");
        assert_eq!(path["get"]["parameters"][2]["name"], "service");
        assert_eq!(path["get"]["parameters"][2]["required"], true);
        assert_eq!(path["get"]["parameters"][2]["description"], "The service's id.");
        assert_eq!(path["post"]["parameters"][1]["name"], "Idempotency-Key");
        let both = path["post"]["responses"]["409"]["description"].as_str().unwrap();
        assert!(both.contains("slot-full") && both.contains("closed"));
        assert_eq!(
            path["get"]["responses"]["200"]["content"]["application/json"]["schema"]["items"]["$ref"],
            "#/components/schemas/Slot"
        );
        assert!(all["components"]["schemas"]["Slot"]["properties"]["free"].is_object());
        assert!(all["components"]["schemas"]["Problem"].is_object());
    }
}
