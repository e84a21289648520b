//! A browser without a screen: cookies, forms, JSON; no automatic redirects.

use reqwest::header;
use reqwest::redirect::Policy;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Mutex;

pub struct Client {
    http: reqwest::Client,
    base: String,
    /// By name, as a browser keeps them.
    cookies: Mutex<BTreeMap<String, String>>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    /// `Set-Cookie`, as they were sent.
    pub cookies: Vec<String>,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("not JSON ({e}): {} {}", self.status, self.body))
    }
}

impl Client {
    pub fn new(base: &str) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let http = reqwest::Client::builder().redirect(Policy::none()).build().expect("client");
        Self { http, base: base.to_owned(), cookies: Mutex::default() }
    }

    fn with_cookies(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        let kept = self.cookies.lock().expect("cookies").clone();
        let pairs: Vec<String> = kept.iter().map(|(name, value)| format!("{name}={value}")).collect();
        match pairs.is_empty() {
            false => request.header(header::COOKIE, pairs.join("; ")),
            true => request,
        }
    }

    /// The status of the answer, to a program that may be gone before it answers.
    pub async fn status(&self, request: reqwest::RequestBuilder) -> reqwest::Result<u16> {
        self.with_cookies(request).send().await.map(|answer| answer.status().as_u16())
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = self.with_cookies(request).send().await.expect("the program answers");
        let cookies = response.headers().get_all(header::SET_COOKIE).iter();
        let cookies: Vec<String> = cookies.map(|v| v.to_str().expect("cookie").to_owned()).collect();
        for cookie in &cookies {
            let (name, value) = cookie.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            let mut kept = self.cookies.lock().expect("cookies");
            match value {
                "" => kept.remove(name),
                value => kept.insert(name.to_owned(), value.to_owned()),
            };
        }
        let status = response.status().as_u16();
        let location = response.headers().get(header::LOCATION).and_then(|v| v.to_str().ok()).map(str::to_owned);
        Answer { status, location, cookies, body: response.text().await.unwrap_or_default() }
    }

    /// An address on the program, or a whole one.
    pub fn address(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) }
    }

    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, self.address(path))
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(reqwest::Method::GET, path)).await
    }

    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(self.request(reqwest::Method::POST, path).form(fields)).await
    }

    pub async fn json(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(reqwest::Method::POST, path).json(body)).await
    }

    /// Calls a server function ("identity/accounts/sign_in", or its whole path) as the browser's program does: the answer is JSON, never a redirect.
    pub async fn call(&self, function: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(self.function(function).form(fields)).await
    }

    pub async fn call_json(&self, function: &str, body: &Value) -> Answer {
        self.send(self.function(function).json(body)).await
    }

    fn function(&self, name: &str) -> reqwest::RequestBuilder {
        let path = match name.rsplit_once('/') {
            Some((feature, name)) if !feature.starts_with('/') => format!("/rpc/lux/features/{feature}/calls/{name}"),
            _ => name.to_owned(),
        };
        self.request(reqwest::Method::POST, &path).header(header::ACCEPT, "application/json")
    }

    /// A page as a browser asks for it.
    pub async fn page(&self, path: &str) -> Answer {
        self.send(self.request(reqwest::Method::GET, path).header(header::ACCEPT, "text/html")).await
    }

    /// The session's cookie as it is sent (`name=value`).
    pub fn cookie(&self) -> Option<String> {
        self.cookies.lock().expect("cookies").get("lux").map(|token| format!("lux={token}"))
    }

    /// Puts a session's cookie in the place of the one that is there.
    pub fn set_cookie(&self, cookie: Option<String>) {
        let mut kept = self.cookies.lock().expect("cookies");
        kept.remove("lux");
        kept.extend(cookie.as_deref().and_then(|pair| pair.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())));
    }
}
