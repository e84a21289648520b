//! The rules of secrets: write-only towards people, sealed at rest, effective at once (nothing is cached).

use super::store::{self, NewSecret};
use super::{reencrypt, stand_ins};
use crate::connectors::{AppKeys, Wire, oauth, registry};
use crate::domain::error::{AppError, Problem, Result};
use crate::domain::ids::{CompanyId, UserId};
use crate::domain::platform::{Platform, PlatformKind};

use crate::domain::keys::Field;
use crate::domain::moment::When;
use crate::features::secrets::model::{FieldCard, Integrations, ServiceCard, ServiceState, TestCard, Value};
use crate::infra::crypto::{KeyRing, SealContext, Sealed};
use crate::infra::database::Tenant;
use crate::infra::http::outbound::Outbound;
use crate::infra::http::throttle;
use crate::infra::session::Granted;
use crate::infra::settings::Settings;
use crate::infra::state::App;
use crate::infra::zone;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;

/// The platform of a form or an address.
pub fn platform(id: &str) -> Result<Platform> {
    id.parse().map_err(|()| AppError::not_found("service"))
}

/// Saves, removals and tests of one person share one pace.
pub fn check_pace(who: &Granted) -> Result<()> {
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")
}

fn seal_context<'a>(company: CompanyId, name: &'a str) -> SealContext<'a> {
    SealContext { company, kind: "secret", name }
}

fn name(platform: Platform, field: &str) -> String {
    format!("{platform}.{field}")
}

/// The same value under the first encryption key.
pub(super) fn reencrypted(keys: &KeyRing, old: &store::Older) -> Result<Sealed> {
    let name = format!("{}.{}", old.platform, old.field);
    let context = seal_context(old.company, &name);
    Ok(keys.seal(context, &keys.open(context, &old.sealed)?))
}

/// What a connector gets: the company's own values over the instance's defaults.
pub async fn app_keys(app: &App, company: CompanyId, platform: Platform) -> Result<AppKeys> {
    opened(app, company, platform, store::sealed(&app.tenant(company), platform).await?)
}

/// The same for many, in their order; what several ask for is read and opened once.
pub async fn app_keys_many(app: &App, asked: &[(CompanyId, Platform)]) -> Result<Vec<Result<AppKeys>>, sqlx::Error> {
    let mut wanted: BTreeMap<(CompanyId, Platform), Vec<(String, Sealed)>> =
        asked.iter().map(|one| (*one, vec![])).collect();
    for ((company, platform), field, sealed) in store::sealed_many(&app.pipeline.0, wanted.keys()).await? {
        if let Some(fields) = wanted.get_mut(&(company, platform)) {
            fields.push((field, sealed));
        }
    }
    let keys: BTreeMap<_, _> = wanted
        .into_iter()
        .map(|((company, platform), sealed)| ((company, platform), opened(app, company, platform, sealed)))
        .collect();
    Ok(asked.iter().map(|one| keys[one].clone()).collect())
}

/// A company's keys over the server's own; only its own where keys name their place and it has any.
fn opened(app: &App, company: CompanyId, platform: Platform, sealed: Vec<(String, Sealed)>) -> Result<AppKeys> {
    let alone = platform.keys().name_their_place() && !sealed.is_empty();
    let mut keys = if alone { BTreeMap::new() } else { defaults(&app.settings, platform) };
    for (field, sealed) in sealed {
        let value = app.keys.open(seal_context(company, &name(platform, &field)), &sealed)?;
        keys.insert(field, value);
    }
    Ok(AppKeys(keys))
}

/// The company's own keys alone; `None`: it has none.
pub async fn own_keys(app: &App, company: CompanyId, platform: Platform) -> Result<Option<AppKeys>> {
    let sealed = store::sealed(&app.tenant(company), platform).await?;
    if sealed.is_empty() { Ok(None) } else { opened(app, company, platform, sealed).map(Some) }
}

/// The keys of the server's settings alone; `None`: they have none.
pub fn instance_keys(settings: &Settings, platform: Platform) -> Option<AppKeys> {
    Some(defaults(settings, platform)).filter(|keys| !keys.is_empty()).map(AppKeys)
}

fn defaults(settings: &Settings, platform: Platform) -> BTreeMap<String, SecretString> {
    let defaults = settings.default_keys.iter().filter(|((of, _), _)| *of == platform);
    defaults.map(|((_, field), value)| ((*field).to_owned(), value.clone())).collect()
}

/// Keeps what was filled in; an empty value keeps what is there. Problems are named `platform.field`.
pub async fn save(
    app: &App,
    tenant: &Tenant,
    by: Option<UserId>,
    platform: Platform,
    values: BTreeMap<String, String>,
) -> Result<()> {
    let mut problems = vec![];
    let mut accepted: Vec<NewSecret> = vec![];
    for (typed_name, typed) in values {
        let typed = SecretString::from(typed);
        let value = typed.expose_secret().trim();
        if value.is_empty() {
            continue;
        }
        let Some(field) = platform.keys().field(&typed_name) else {
            problems.push(Problem::error("platform", format!("{} has no such field.", platform.name())));
            continue;
        };
        match field.problem(value) {
            Some(message) => problems.push(Problem::error(name(platform, field.name), message)),
            None => accepted.push(sealed(app, tenant, platform, field, value)),
        }
    }
    if !problems.is_empty() {
        return Err(AppError::problems(problems));
    }
    if accepted.is_empty() {
        return Ok(());
    }
    store::save(tenant, platform, by, &accepted).await
}

/// A value as it is kept.
pub(super) fn sealed(app: &App, tenant: &Tenant, platform: Platform, field: &Field, value: &str) -> NewSecret {
    let name = name(platform, field.name);
    NewSecret {
        field: field.name,
        sealed: app.keys.seal(seal_context(tenant.company, &name), &SecretString::from(value)),
        last_four: last_four(value),
    }
}

/// Saves, tries the keys where they can be tried, and answers whether a person can be sent on to the platform to sign in.
pub async fn save_and_test(who: &Granted, platform: Platform, values: BTreeMap<String, String>) -> Result<bool> {
    save(&who.app, &who.tenant, Some(who.user), platform, values).await?;
    if !is_connectable(platform) {
        return Ok(false);
    }
    if is_testable(platform) {
        test(&who.app, &who.tenant, who.user, platform).await?;
    }
    let card = card(&who.app, &who.tenant, platform).await?;
    Ok(missing(&card).is_none() && card.test.is_none_or(|test| test.passed))
}

/// People sign in at the platform itself, with the company's keys.
fn is_connectable(platform: Platform) -> bool {
    platform.keys().are_needed() && registry::find(platform).is_some_and(|c| c.sign_in.is_some())
}

/// Whether keys of any platform are there: the company's own or the server's.
pub async fn any(app: &App, tenant: &Tenant) -> Result<bool> {
    Ok(!app.settings.default_keys.is_empty() || store::any(tenant).await?)
}

/// The last four characters, if they are at most half of the value.
fn last_four(value: &str) -> String {
    let characters = value.chars().count();
    if characters < 8 { String::new() } else { value.chars().skip(characters - 4).collect() }
}

/// Forgets one field. Removing what is not there is not an error: it is gone, as asked.
pub async fn remove(tenant: &Tenant, platform: Platform, field: &str) -> Result<()> {
    let field = platform.keys().field(field).ok_or_else(|| AppError::not_found("field"))?;
    store::delete(tenant, platform, field.name).await?;
    Ok(())
}

/// Tries the keys at the provider and keeps its answer.
pub async fn test(app: &App, tenant: &Tenant, by: UserId, platform: Platform) -> Result<()> {
    test_for(app, tenant, Some(by), platform).await
}

/// The same by the program itself: who tested them last stays as it is.
pub async fn test_again(app: &App, tenant: &Tenant, platform: Platform) -> Result<()> {
    test_for(app, tenant, None, platform).await
}

async fn test_for(app: &App, tenant: &Tenant, by: Option<UserId>, platform: Platform) -> Result<()> {
    if !is_testable(platform) {
        return Err(AppError::not_found("test"));
    }
    let keys = app_keys(app, tenant.company, platform).await?;
    let answer = try_keys(&app.outbound, platform, &keys).await;
    let (Ok(detail) | Err(detail)) = &answer;
    store::save_test(tenant, platform, by, answer.is_ok(), detail).await
}

fn is_testable(platform: Platform) -> bool {
    registry::find(platform).is_some_and(|c| c.test.is_some())
}

/// The provider's answer to these keys in one sentence, as an error when it is a refusal. Nothing is kept.
pub async fn try_keys(outbound: &Outbound, platform: Platform, keys: &AppKeys) -> std::result::Result<String, String> {
    let Some(test) = registry::find(platform).and_then(|c| c.test) else {
        return Err(format!("{} cannot be tested.", platform.name()));
    };
    let short = |text: String| text.chars().take(500).collect();
    let answer = test.test(&Wire::new(outbound.clone()), keys).await;
    answer.map(short).map_err(|fault| short(fault.to_string()))
}

/// The companies that have keys of their own for a platform, by name.
pub async fn companies_with(db: &sqlx::PgPool, platform: Platform) -> Result<Vec<(CompanyId, String)>> {
    store::companies_with(db, platform).await
}

/// Platforms for which every required field has a value, own or default.
pub async fn ready_platforms(app: &App, tenant: &Tenant) -> Result<Vec<Platform>> {
    let page = integrations(app, tenant).await?;
    let ready = |card: &ServiceCard| missing(card).is_none();
    Ok(page.services.into_iter().filter(ready).map(|card| card.platform).collect())
}

/// One service as the page shows it.
pub async fn card(app: &App, tenant: &Tenant, platform: Platform) -> Result<ServiceCard> {
    let page = integrations(app, tenant).await?;
    page.services.into_iter().find(|card| card.platform == platform).ok_or_else(|| AppError::not_found("service"))
}

/// The first required field without a usable value.
fn missing(card: &ServiceCard) -> Option<&'static Field> {
    let fields = card.platform.keys().fields;
    fields.iter().zip(&card.fields).find(|(field, had)| field.required && !had.value.is_set()).map(|(field, _)| field)
}

/// The page.
pub async fn integrations(app: &App, tenant: &Tenant) -> Result<Integrations> {
    let (company, zone) = store::company(tenant).await?;
    let clock = zone::of(&zone);
    let when = |at: DateTime<Utc>| When { at: at.into(), local: zone::local(clock, at) };
    let mut own: BTreeMap<(String, String), store::Fact> =
        store::facts(tenant).await?.into_iter().map(|f| ((f.platform.clone(), f.field.clone()), f)).collect();
    let mut tests: BTreeMap<String, store::Test> =
        store::tests(tenant).await?.into_iter().map(|t| (t.platform.clone(), t)).collect();
    let accounts: BTreeMap<String, i64> = store::accounts(tenant).await?.into_iter().collect();

    let mut services = vec![];
    for platform in Platform::ALL {
        let entry = platform.keys();
        let alone = entry.name_their_place() && own.keys().any(|(of, _)| of == platform.id());
        let mut value = |field: &Field| match own.remove(&(platform.id().to_owned(), field.name.to_owned())) {
            Some(fact) => Value::Own {
                readable: app.keys.knows(&fact.kid),
                last_four: fact.last_four,
                changed_by: fact.changed_by,
                changed_at: when(fact.changed_at),
            },
            None if !alone && app.settings.default_keys.contains_key(&(platform, field.name)) => Value::Default,
            None => Value::Missing,
        };
        let fields = entry.fields.iter().map(|f| FieldCard { name: f.name.to_owned(), value: value(f) }).collect();
        let test = tests.remove(platform.id()).map(|t| TestCard {
            passed: t.passed,
            detail: t.detail,
            by: t.by,
            at: when(t.at),
        });
        let mut card = ServiceCard {
            platform,
            state: ServiceState::NotSetUp,
            summary: String::new(),
            fields,
            redirect_uri: (platform.kind() == PlatformKind::Social && entry.are_needed())
                .then(|| oauth::redirect_uri(&app.settings.public_url, platform)),
            testable: is_testable(platform),
            connectable: is_connectable(platform),
            go_on: false,
            test,
        };
        (card.state, card.summary) = judge(&card, accounts.get(platform.id()).copied().unwrap_or_default());
        services.push(card);
    }
    let left = reencrypt::left_of(tenant, &app.keys).await?;
    let untouched = |platform: &Platform| {
        let empty = |card: &ServiceCard| card.fields.iter().all(|f| f.value == Value::Missing);
        services.iter().any(|card| card.platform == *platform && empty(card))
    };
    let stand_ins_without_keys = stand_ins::platforms(&app.settings).filter(untouched).count();
    Ok(Integrations { company, zone, services, stand_ins_without_keys, to_reencrypt: left.older })
}

/// The state of a service and the line under its name.
fn judge(card: &ServiceCard, accounts: i64) -> (ServiceState, String) {
    let own = card.fields.iter().any(|f| matches!(f.value, Value::Own { .. }));
    let any = card.fields.iter().any(|f| f.value != Value::Missing);
    let unreadable = card.fields.iter().any(|f| matches!(f.value, Value::Own { readable: false, .. }));
    let used = match accounts {
        0 => String::new(),
        1 => "1 account uses it".into(),
        n => format!("{n} accounts use it"),
    };
    if !card.platform.keys().are_needed() {
        let summary = if used.is_empty() { "No keys needed: connect an account at once".into() } else { used };
        return (ServiceState::Ready, summary);
    }
    if unreadable {
        return (ServiceState::NeedsAttention, "These values can no longer be read. Enter them again".into());
    }
    if !any {
        return (ServiceState::NotSetUp, "No key yet".into());
    }
    if let Some(field) = missing(card) {
        return (ServiceState::NeedsAttention, format!("{} is missing", field.label));
    }
    if let Some(test) = card.test.as_ref().filter(|t| !t.passed) {
        return (ServiceState::NeedsAttention, format!("The last test failed: {}", test.detail));
    }
    if !card.testable {
        return (ServiceState::Saved, "Nothing uses these keys yet".into());
    }
    match (own, used.is_empty()) {
        // No account shows that they work: only a test does.
        (true, true) if card.redirect_uri.is_none() && card.test.is_none() => {
            (ServiceState::Saved, "Your own keys, not tested yet".into())
        }
        (false, true) => (ServiceState::InstanceDefault, "From the settings of this server".into()),
        (false, false) => (ServiceState::InstanceDefault, format!("From the settings of this server · {used}")),
        // The platform looks at them when somebody signs in there.
        (true, true) if card.redirect_uri.is_some() && card.test.is_none() => {
            (ServiceState::Saved, "Not tried yet: connect an account".into())
        }
        (true, true) if card.redirect_uri.is_some() => (ServiceState::Ready, "No account uses it yet".into()),
        (true, true) => (ServiceState::Ready, "Your own keys".into()),
        (true, false) => (ServiceState::Ready, used),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::moment::Moment;

    #[test]
    fn short_values_show_nothing() {
        assert_eq!(last_four("1234567"), "");
        assert_eq!(last_four("12345678"), "5678");
        assert_eq!(last_four("schlüssel-ünïcödé"), "cödé");
    }

    fn own() -> Value {
        let at = When { at: Moment(0), local: "2026-11-12T10:00".parse().unwrap() };
        Value::Own { last_four: String::new(), changed_by: None, changed_at: at, readable: true }
    }

    /// X with the values of its fields in the order of its keys (the first two are required).
    fn x(values: [Value; 5]) -> ServiceCard {
        let fields = Platform::X.keys().fields.iter().zip(values);
        ServiceCard {
            platform: Platform::X,
            state: ServiceState::NotSetUp,
            summary: String::new(),
            fields: fields.map(|(f, value)| FieldCard { name: f.name.into(), value }).collect(),
            redirect_uri: None,
            testable: true,
            connectable: true,
            go_on: false,
            test: None,
        }
    }

    #[test]
    fn states_follow_the_fields() {
        use Value::{Default, Missing};
        let none = || [Missing, Missing, Missing, Missing, Missing];
        let cases = [
            (none(), ServiceState::NotSetUp, "No key yet"),
            ([own(), Missing, Missing, Missing, Missing], ServiceState::NeedsAttention, "Client secret is missing"),
            ([Missing, Missing, own(), Missing, Missing], ServiceState::NeedsAttention, "Client ID is missing"),
            ([own(), own(), Missing, Missing, Missing], ServiceState::Ready, "2 accounts use it"),
            ([Default, own(), Missing, Missing, Missing], ServiceState::Ready, "2 accounts use it"),
            (
                [Default, Default, Missing, Missing, Missing],
                ServiceState::InstanceDefault,
                "From the settings of this server",
            ),
        ];
        for (values, state, summary) in cases {
            let (got, text) = judge(&x(values), 2);
            assert_eq!(got, state, "{text}");
            assert!(text.starts_with(summary), "{text}");
        }
        // Keys that nothing uses are never called ready, nor are those that only a test could show to work.
        let unused = ServiceCard { testable: false, ..x([own(), own(), Missing, Missing, Missing]) };
        assert_eq!(judge(&unused, 0), (ServiceState::Saved, "Nothing uses these keys yet".into()));
        let store = x([own(), own(), own(), own(), own()]);
        let mut store = ServiceCard { platform: Platform::ObjectStore, ..store };
        assert_eq!(judge(&store, 0), (ServiceState::Saved, "Your own keys, not tested yet".into()));
        let at = When { at: Moment(0), local: "2026-11-12T10:00".parse().unwrap() };
        store.test = Some(TestCard { passed: true, detail: "well".into(), by: None, at });
        assert_eq!(judge(&store, 0), (ServiceState::Ready, "Your own keys".into()));
        let none_needed = ServiceCard { platform: Platform::Bluesky, fields: vec![], ..x(none()) };
        let (state, words) = judge(&none_needed, 0);
        assert!(state == ServiceState::Ready && words.starts_with("No keys needed"), "{words}");
        assert!(missing(&none_needed).is_none(), "an account can be connected at once");
        let mut failed = x([own(), own(), Missing, Missing, Missing]);
        let at = When { at: Moment(0), local: "2026-11-12T10:00".parse().unwrap() };
        failed.test = Some(TestCard { passed: false, detail: "invalid_client".into(), by: None, at });
        assert_eq!(judge(&failed, 0), (ServiceState::NeedsAttention, "The last test failed: invalid_client".into()));
        let mut lost = x(none());
        lost.fields[0].value = Value::Own {
            last_four: String::new(),
            changed_by: None,
            changed_at: When { at: Moment(0), local: "2026-11-12T10:00".parse().unwrap() },
            readable: false,
        };
        assert_eq!(judge(&lost, 0).0, ServiceState::NeedsAttention);
    }
}
