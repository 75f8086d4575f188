//! What a request brings along, read so that nonsense is answered in words (R-X-02).
//!
//! The framework's own refusals are plain English lines; these wrap its readers: an address that cannot be read is
//! nobody's, a query that cannot be read asks for nothing, a form that cannot be read is malformed.

use crate::state::Web;
use crate::visitor::Visitor;
use axum::extract::{Form, FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::response::Response;
use renkei_app::Refusal;
use renkei_kernel::Category;
use serde::de::DeserializeOwned;

pub struct Address<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Web> for Address<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        match Path::<T>::from_request_parts(parts, web).await {
            Ok(Path(address)) => Ok(Self(address)),
            Err(_) => {
                let visitor = Visitor::from_request_parts(parts, web).await?;
                let refusal = Refusal { category: Category::NotFound, code: "not_found", reference: None };
                Err(web.refuse(&visitor, None, refusal))
            }
        }
    }
}

pub struct Wish<T>(pub T);

impl<T: DeserializeOwned + Default + Send> FromRequestParts<Web> for Wish<T> {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Self::Rejection> {
        Ok(Self(Query::<T>::from_request_parts(parts, web).await.map(|Query(wish)| wish).unwrap_or_default()))
    }
}

pub struct Filled<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequest<Web> for Filled<T> {
    type Rejection = Response;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, web).await?;
        match Form::<T>::from_request(Request::from_parts(parts, body), web).await {
            Ok(Form(form)) => Ok(Self(form)),
            Err(_) => {
                let refusal = Refusal { category: Category::Malformed, code: "malformed", reference: None };
                Err(web.refuse(&visitor, None, refusal))
            }
        }
    }
}
