//! Every platform and service whose keys a company can keep, as data: fields, the variable that gives the instance-wide
//! default, and where the keys come from. Sources: the platforms' developer pages; reviewed 2026-11-20.

use crate::domain::platform::Platform;

/// One input of a service.
#[derive(Debug)]
pub struct Field {
    /// The name in the table and in `AppKeys`.
    pub name: &'static str,
    pub label: &'static str,
    /// The variable that holds the instance-wide default: always `<PLATFORM>_<FIELD>`.
    pub env: &'static str,
    /// Typed into a password input. The others are kept just as sealed; they are only not hidden while typing.
    pub secret: bool,
    /// Without it the service cannot be used.
    pub required: bool,
    /// What to look for; empty when the label says it all.
    pub hint: &'static str,
    pub form: Form,
}

/// What a value must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One line of text.
    Text,
    /// An `http` or `https` address.
    Address,
    /// 1 to 65535.
    Port,
    /// One of these.
    OneOf(&'static [&'static str]),
}

/// One service.
#[derive(Debug)]
pub struct Entry {
    pub platform: Platform,
    pub fields: &'static [Field],
    /// The provider's page where the keys are made; `None` where every provider has its own.
    pub help_url: Option<&'static str>,
    /// One sentence worth knowing before one begins; may be empty.
    pub note: &'static str,
}

/// Zoho's data centres, as the endings of its addresses.
const ZOHO_CENTRES: &[&str] = &["com", "eu", "in", "com.au", "jp", "com.cn", "ca", "sa", "uk", "ae"];

const fn key(name: &'static str, label: &'static str, env: &'static str, hint: &'static str) -> Field {
    Field { name, label, env, secret: true, required: true, hint, form: Form::Text }
}

const fn open(name: &'static str, label: &'static str, env: &'static str, hint: &'static str) -> Field {
    Field { secret: false, ..key(name, label, env, hint) }
}

const fn optional(field: Field) -> Field {
    Field { required: false, ..field }
}

const fn shaped(field: Field, form: Form) -> Field {
    Field { form, ..field }
}

/// The services.
pub static ALL: [Entry; Platform::ALL.len()] = [
    Entry {
        platform: Platform::Instagram,
        fields: &[
            open("client_id", "App ID", "INSTAGRAM_CLIENT_ID", "The Instagram app ID, not the Meta app ID."),
            key("client_secret", "App secret", "INSTAGRAM_CLIENT_SECRET", ""),
        ],
        help_url: Some("https://developers.facebook.com/apps/"),
        note: "For professional accounts: a Meta app with “Instagram API with Instagram Login”.",
    },
    Entry {
        platform: Platform::Facebook,
        fields: &[
            open("client_id", "App ID", "FACEBOOK_CLIENT_ID", ""),
            key("client_secret", "App secret", "FACEBOOK_CLIENT_SECRET", ""),
        ],
        help_url: Some("https://developers.facebook.com/apps/"),
        note: "A Meta app with “Facebook Login for Business”; it publishes to pages.",
    },
    Entry {
        platform: Platform::TikTok,
        fields: &[
            open("client_key", "Client key", "TIKTOK_CLIENT_KEY", ""),
            key("client_secret", "Client secret", "TIKTOK_CLIENT_SECRET", ""),
        ],
        help_url: Some("https://developers.tiktok.com/apps/"),
        note: "Until TikTok has audited the app, posts are visible to the account itself only.",
    },
    Entry {
        platform: Platform::X,
        fields: &[
            open("client_id", "Client ID", "X_CLIENT_ID", "Under “OAuth 2.0”, app type “Web App”."),
            key("client_secret", "Client secret", "X_CLIENT_SECRET", ""),
            optional(key("api_key", "API key", "X_API_KEY", "Only for the older OAuth 1.0a calls.")),
            optional(key("api_secret", "API secret", "X_API_SECRET", "Belongs to the API key.")),
            optional(key("bearer_token", "Bearer token", "X_BEARER_TOKEN", "Only for reading public data.")),
        ],
        help_url: Some("https://developer.x.com/en/portal/dashboard"),
        note: "X charges for every post that is sent through its API.",
    },
    Entry {
        platform: Platform::LinkedIn,
        fields: &[
            open("client_id", "Client ID", "LINKEDIN_CLIENT_ID", ""),
            key(
                "client_secret",
                "Client secret",
                "LINKEDIN_CLIENT_SECRET",
                "LinkedIn calls it “Primary Client Secret”.",
            ),
            optional(key(
                "access_token",
                "Access token",
                "LINKEDIN_ACCESS_TOKEN",
                "Only if you work with a token of your own.",
            )),
        ],
        help_url: Some("https://www.linkedin.com/developers/apps"),
        note: "The app needs “Sign In with LinkedIn using OpenID Connect” and “Share on LinkedIn”.",
    },
    Entry {
        platform: Platform::Pinterest,
        fields: &[
            open("client_id", "App ID", "PINTEREST_CLIENT_ID", ""),
            key("client_secret", "App secret key", "PINTEREST_CLIENT_SECRET", ""),
        ],
        help_url: Some("https://developers.pinterest.com/apps/"),
        note: "With trial access, pins are visible to the account itself only.",
    },
    Entry {
        platform: Platform::YouTube,
        fields: &[
            open("client_id", "OAuth client ID", "YOUTUBE_CLIENT_ID", "Ends with apps.googleusercontent.com."),
            key("client_secret", "OAuth client secret", "YOUTUBE_CLIENT_SECRET", ""),
            optional(key("api_key", "API key", "YOUTUBE_API_KEY", "Only for reading public data.")),
            optional(open("channel_id", "Channel ID", "YOUTUBE_CHANNEL_ID", "Begins with UC.")),
        ],
        help_url: Some("https://console.cloud.google.com/apis/credentials"),
        note: "Until Google has audited the project, uploaded videos stay private.",
    },
    Entry {
        platform: Platform::Reddit,
        fields: &[
            open("client_id", "Client ID", "REDDIT_CLIENT_ID", "The letters under the app's name."),
            key("client_secret", "Client secret", "REDDIT_CLIENT_SECRET", ""),
            optional(open("username", "User name", "REDDIT_USERNAME", "Only for an app of the type “script”.")),
            optional(key("password", "Password", "REDDIT_PASSWORD", "Only for an app of the type “script”.")),
        ],
        help_url: Some("https://www.reddit.com/prefs/apps"),
        note: "Since November 2025 Reddit must approve a new app first.",
    },
    Entry {
        platform: Platform::Snapchat,
        fields: &[
            open("business_account_id", "Business account ID", "SNAPCHAT_BUSINESS_ACCOUNT_ID", ""),
            key("access_token", "Access token", "SNAPCHAT_ACCESS_TOKEN", ""),
        ],
        help_url: Some("https://business.snapchat.com/"),
        note: "Snapchat opens its public-profile API to chosen businesses only.",
    },
    Entry {
        platform: Platform::Shopify,
        fields: &[
            open("client_id", "Client ID", "SHOPIFY_CLIENT_ID", ""),
            key("client_secret", "Client secret", "SHOPIFY_CLIENT_SECRET", ""),
        ],
        help_url: Some("https://dev.shopify.com/dashboard/"),
        note: "",
    },
    Entry {
        platform: Platform::Etsy,
        fields: &[
            open("client_id", "Keystring", "ETSY_CLIENT_ID", ""),
            key("client_secret", "Shared secret", "ETSY_CLIENT_SECRET", ""),
        ],
        help_url: Some("https://www.etsy.com/developers/your-apps"),
        note: "",
    },
    Entry {
        platform: Platform::Squarespace,
        fields: &[
            open("client_id", "Client ID", "SQUARESPACE_CLIENT_ID", ""),
            key("client_secret", "Client secret", "SQUARESPACE_CLIENT_SECRET", ""),
        ],
        help_url: Some("https://developers.squarespace.com/oauth"),
        note: "",
    },
    Entry {
        platform: Platform::OpenAi,
        fields: &[key("api_key", "API key", "OPENAI_API_KEY", "Begins with sk-.")],
        help_url: Some("https://platform.openai.com/api-keys"),
        note: "",
    },
    Entry {
        platform: Platform::Gemini,
        fields: &[key("api_key", "API key", "GEMINI_API_KEY", "")],
        help_url: Some("https://aistudio.google.com/apikey"),
        note: "",
    },
    Entry {
        platform: Platform::OpenAiCompatible,
        fields: &[
            shaped(
                open("base_url", "Base address", "OPENAI_COMPATIBLE_BASE_URL", "Usually ends with /v1."),
                Form::Address,
            ),
            optional(key("api_key", "API key", "OPENAI_COMPATIBLE_API_KEY", "If the server asks for one.")),
            open("model", "Model", "OPENAI_COMPATIBLE_MODEL", "The name that the server lists."),
        ],
        help_url: None,
        note: "Any server that speaks the OpenAI protocol: vLLM, Ollama, LM Studio, a gateway.",
    },
    Entry {
        platform: Platform::DataForSeo,
        fields: &[
            open("login", "Login", "DATAFORSEO_LOGIN", "The e-mail address of the account."),
            key("password", "API password", "DATAFORSEO_PASSWORD", "From the API page, not the one for signing in."),
        ],
        help_url: Some("https://app.dataforseo.com/api-access"),
        note: "",
    },
    Entry {
        platform: Platform::Semrush,
        fields: &[key("api_key", "API key", "SEMRUSH_API_KEY", "")],
        help_url: Some("https://www.semrush.com/accounts/subscription-info/api-units/"),
        note: "",
    },
    Entry {
        platform: Platform::Moz,
        fields: &[
            open("access_id", "Access ID", "MOZ_ACCESS_ID", "Begins with mozscape-."),
            key("secret_key", "Secret key", "MOZ_SECRET_KEY", ""),
        ],
        help_url: Some("https://moz.com/products/api/keys"),
        note: "",
    },
    Entry {
        platform: Platform::Eventbrite,
        fields: &[key("token", "Private token", "EVENTBRITE_TOKEN", "The private token; the API key is refused.")],
        help_url: Some("https://www.eventbrite.com/platform/api-keys"),
        note: "",
    },
    Entry {
        platform: Platform::Ticketmaster,
        fields: &[key("api_key", "Consumer key", "TICKETMASTER_API_KEY", "")],
        help_url: Some("https://developer-acct.ticketmaster.com/user/login"),
        note: "",
    },
    Entry {
        platform: Platform::Zoho,
        fields: &[
            open("client_id", "Client ID", "ZOHO_CLIENT_ID", "Of a “Server-based Application”."),
            key("client_secret", "Client secret", "ZOHO_CLIENT_SECRET", ""),
            shaped(
                open(
                    "data_centre",
                    "Data centre",
                    "ZOHO_DATA_CENTRE",
                    "The ending of your Zoho address: com, eu, in, com.au, jp, com.cn, ca, sa, uk or ae.",
                ),
                Form::OneOf(ZOHO_CENTRES),
            ),
        ],
        help_url: Some("https://api-console.zoho.com/"),
        note: "",
    },
    Entry {
        platform: Platform::Smtp,
        fields: &[
            open("host", "Server", "SMTP_HOST", "For example smtp.example.com."),
            shaped(open("port", "Port", "SMTP_PORT", "Usually 587 or 465."), Form::Port),
            optional(open("username", "User name", "SMTP_USERNAME", "")),
            optional(key("password", "Password", "SMTP_PASSWORD", "")),
            open("from", "Sender", "SMTP_FROM", "For example Northwind <hello@example.com>."),
        ],
        help_url: None,
        note: "Your mail provider's help names the server, the port and how to get a password for programs.",
    },
    Entry {
        platform: Platform::ObjectStore,
        fields: &[
            shaped(
                open("endpoint", "Endpoint", "OBJECT_STORE_ENDPOINT", "The address of the S3-compatible service."),
                Form::Address,
            ),
            open("region", "Region", "OBJECT_STORE_REGION", "If the service has none: auto."),
            open("bucket", "Bucket", "OBJECT_STORE_BUCKET", ""),
            open("access_key", "Access key", "OBJECT_STORE_ACCESS_KEY", ""),
            key("secret_key", "Secret key", "OBJECT_STORE_SECRET_KEY", ""),
        ],
        help_url: None,
        note: "Any S3-compatible service: AWS, Cloudflare R2, MinIO, Google Cloud Storage with HMAC keys.",
    },
];

/// The service's fields and help.
pub fn entry(platform: Platform) -> &'static Entry {
    ALL.iter().find(|e| e.platform == platform).expect("a test holds the catalogue complete")
}

/// The field of a service, if it has one of this name.
pub fn field(platform: Platform, name: &str) -> Option<&'static Field> {
    entry(platform).fields.iter().find(|f| f.name == name)
}

/// Every variable that gives an instance-wide default: (platform, field, variable). The settings are read by it at start.
pub fn variables() -> impl Iterator<Item = (Platform, &'static str, &'static str)> {
    ALL.iter().flat_map(|e| e.fields.iter().map(move |f| (e.platform, f.name, f.env)))
}

/// Longest value that is kept, in bytes.
pub const MAX_VALUE: usize = 4096;

impl Field {
    /// What is wrong with a value that was typed (already trimmed, not empty), in words for a person.
    pub fn problem(&self, value: &str) -> Option<String> {
        let label = self.label;
        if value.len() > MAX_VALUE {
            return Some(format!("{label}: this is too long to be right ({} characters).", value.chars().count()));
        }
        if value.chars().any(char::is_control) {
            return Some(format!(
                "{label}: there is a line break or another invisible character in it. Paste it again."
            ));
        }
        match self.form {
            Form::Text => None,
            Form::Address => {
                let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
                let usable =
                    rest.is_some_and(|r| !r.is_empty() && !r.starts_with('/') && !r.contains(char::is_whitespace));
                (!usable).then(|| format!("{label}: write the whole address, beginning with https://."))
            }
            Form::Port => {
                (!value.parse::<u16>().is_ok_and(|p| p > 0)).then(|| format!("{label}: a number from 1 to 65535."))
            }
            Form::OneOf(known) => (!known.contains(&value)).then(|| format!("{label}: one of {}.", known.join(", "))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_platform_once() {
        let listed: BTreeSet<_> = ALL.iter().map(|e| e.platform).collect();
        assert_eq!(listed.len(), ALL.len(), "one entry per platform");
        assert!(Platform::ALL.iter().all(|p| listed.contains(p)));
    }

    #[test]
    fn fields_are_well_formed() {
        for entry in &ALL {
            let id = entry.platform.id();
            assert!(entry.fields.iter().any(|f| f.required), "{id} has nothing that makes it usable");
            let names: BTreeSet<_> = entry.fields.iter().map(|f| f.name).collect();
            assert_eq!(names.len(), entry.fields.len(), "{id} repeats a field");
            assert!(entry.help_url.is_none_or(|u| u.starts_with("https://")), "{id}");
            for field in entry.fields {
                assert_eq!(field.env, format!("{id}_{}", field.name).to_uppercase(), "{id}.{}", field.name);
                assert!(!field.label.is_empty());
            }
        }
        let names: BTreeSet<_> = variables().map(|(_, _, env)| env).collect();
        assert_eq!(names.len(), variables().count(), "two fields share a variable");
    }

    #[test]
    fn values_are_looked_at() {
        let cases = [
            (Platform::OpenAi, "api_key", "sk-not-a-real-key", true),
            (Platform::OpenAi, "api_key", "two\nlines", false),
            (Platform::Smtp, "port", "587", true),
            (Platform::Smtp, "port", "0", false),
            (Platform::Smtp, "port", "70000", false),
            (Platform::Zoho, "data_centre", "eu", true),
            (Platform::Zoho, "data_centre", "moon", false),
            (Platform::ObjectStore, "endpoint", "https://s3.example.com", true),
            (Platform::ObjectStore, "endpoint", "s3.example.com", false),
            (Platform::ObjectStore, "endpoint", "https:///x", false),
        ];
        for (platform, name, value, good) in cases {
            let problem = field(platform, name).unwrap().problem(value);
            assert_eq!(problem.is_none(), good, "{platform}.{name} {value}: {problem:?}");
        }
        assert!(field(Platform::X, "api_key").unwrap().problem(&"a".repeat(MAX_VALUE + 1)).is_some());
        assert!(field(Platform::X, "password").is_none());
    }
}
