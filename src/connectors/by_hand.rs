//! Accounts that people publish to themselves, because no program may (or not this one): they are added by their name, without
//! a sign-in, and nothing is ever sent there. When a post is due, a person gets what they need for it and says when it is done
//! (`deliveries/server/by_hand`). A platform's part in it is data.

use super::credentials::Form;
use super::{
    AppKeys, Connector, Credentials, Fault, Grant, RateLimitHeaders, RemoteAccount, SignIn, SignInMethod, Wire,
    registry,
};
use crate::domain::error::Problem;
use crate::domain::platform::Platform;
use async_trait::async_trait;
use secrecy::SecretString;
use serde_json::{Value, json};
use url::{Host, Url};

/// How accounts of one platform are added and recognised.
#[derive(Debug)]
pub struct ByHand {
    pub platform: Platform,
    /// One field: the account's public name.
    pub form: &'static Form,
    /// What was typed or pasted there as the name in its one form; `None`: it is none.
    pub name: fn(&str) -> Option<String>,
    /// What a name looks like, for whoever typed something else.
    pub example: &'static str,
    /// The address of an account's page, up to its name.
    pub profile: &'static str,
    /// Posts are found on this host and those below it.
    pub host: &'static str,
}

impl ByHand {
    /// The connector of a platform to which nothing can be sent.
    pub const fn connector(&'static self) -> Connector {
        Connector {
            platform: self.platform,
            rate_limits: RateLimitHeaders::None,
            test: None,
            sign_in: Some(self),
            publish: None,
            choices: None,
            converse: None,
            recent: None,
        }
    }

    fn account(&self, name: String) -> RemoteAccount {
        RemoteAccount {
            handle: format!("@{name}"),
            display_name: name.clone(),
            picture_url: None,
            profile_url: Some(format!("{}{name}", self.profile)),
            facts: json!({ "by_hand": true }),
            remote_id: name,
        }
    }
}

/// Whether an address can be that of a post there, as far as its host says.
pub fn is_there(platform: Platform, address: &str) -> bool {
    let by_hand = registry::find(platform).and_then(|c| c.sign_in).and_then(|sign_in| sign_in.by_hand());
    let Some(host) = by_hand.map(|by_hand| by_hand.host) else { return true };
    let url = Url::parse(address).ok();
    match url.as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == host || name.strip_suffix(host).is_some_and(|rest| rest.ends_with('.')),
        _ => false,
    }
}

#[async_trait]
impl SignIn for ByHand {
    fn method(&self) -> SignInMethod {
        SignInMethod::Form(self.form)
    }

    fn by_hand(&self) -> Option<&ByHand> {
        Some(self)
    }

    /// Asks nobody: there is nobody who would answer. The grant opens nothing.
    async fn open(&self, _wire: &Wire, typed: &Credentials) -> Result<(Grant, Vec<RemoteAccount>), Fault> {
        let field = self.form.fields.first().map_or("", |field| field.name);
        let Some(name) = (self.name)(&plain(typed.get(field))) else {
            let words = format!("Write the name as it stands on the profile, as in {}.", self.example);
            let message = "The name is none.".to_owned();
            return Err(Fault::InvalidContent { message, problems: vec![Problem::error(field, words)] });
        };
        let nothing = Grant {
            access: SecretString::default(),
            refresh: None,
            access_expires_at: None,
            refresh_expires_at: None,
            scopes: vec![],
        };
        Ok((nothing, vec![self.account(name)]))
    }

    /// It never ends.
    async fn refresh(&self, _: &Wire, _: &AppKeys, grant: &Grant, _: &Value) -> Result<Grant, Fault> {
        Ok(grant.clone())
    }

    async fn accounts(&self, _: &Wire, _: &AppKeys, _: &Grant) -> Result<Vec<RemoteAccount>, Fault> {
        let message = format!("{} cannot be asked for accounts. Add them by their name.", self.platform.name());
        Err(Fault::Unsupported { message })
    }

    /// Nothing was given.
    async fn revoke(&self, _: &Wire, _: &AppKeys, _: &Grant, _: &Value) -> Result<(), Fault> {
        Ok(())
    }
}

/// Without the invisible marks that come along when a name is copied.
fn plain(typed: &str) -> String {
    let invisible =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    typed.chars().filter(|c| !invisible(*c)).collect::<String>().trim().to_owned()
}
