//! The names that fields of people bear in what other programs send, as data. They are compared without case, spaces and
//! punctuation; the first of a list is asked first.

/// What a field is of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    Email,
    First,
    Last,
    Full,
    Phone,
    Company,
    Source,
    Tags,
    /// Yes or no to mail.
    Consent,
    /// Yes here is no to mail.
    Refusal,
}

const NAMES: [(Role, &[&str]); 10] = [
    (
        Role::Email,
        &[
            "email",
            "emailaddress",
            "mail",
            "mailaddress",
            "emails",
            "emailaddresses",
            "emailid",
            "emailaddr",
            "contactemail",
            "contactemailaddress",
            "personemail",
            "youremail",
            "youremailaddress",
            "useremail",
            "customeremail",
            "subscriberemail",
            "leademail",
            "inviteeemail",
            "attendeeemail",
            "buyeremail",
            "workemail",
            "workemailaddress",
            "businessemail",
            "primaryemail",
            "personalemail",
            "email1",
            "emailaddress1",
            "emailwork",
            "mailadresse",
            "emailadresse",
            "correo",
            "correoelectronico",
            "correoelectrónico",
            "courriel",
            "adressemail",
            "邮箱",
            "メール",
            "メールアドレス",
        ],
    ),
    (
        Role::First,
        &[
            "firstname",
            "first",
            "fname",
            "givenname",
            "given",
            "forename",
            "namefirst",
            "namegiven",
            "contactfirstname",
            "personfirstname",
            "yourfirstname",
            "customerfirstname",
            "inviteefirstname",
            "vorname",
            "prenom",
            "prénom",
            "nombre",
        ],
    ),
    (
        Role::Last,
        &[
            "lastname",
            "last",
            "lname",
            "surname",
            "familyname",
            "family",
            "namelast",
            "namefamily",
            "contactlastname",
            "personlastname",
            "yourlastname",
            "customerlastname",
            "inviteelastname",
            "nachname",
            "apellido",
            "apellidos",
        ],
    ),
    (
        Role::Full,
        &[
            "fullname",
            "name",
            "contactname",
            "personname",
            "displayname",
            "yourname",
            "yourfullname",
            "customername",
            "subscribername",
            "leadname",
            "inviteename",
            "attendeename",
            "buyername",
            "realname",
            "completename",
            "namefull",
        ],
    ),
    (
        Role::Phone,
        &[
            "phone",
            "phonenumber",
            "mobile",
            "mobilephone",
            "mobilenumber",
            "mobilephonenumber",
            "cell",
            "cellphone",
            "tel",
            "telephone",
            "telephonenumber",
            "phones",
            "phonenumbers",
            "contactphone",
            "contactphonenumber",
            "contactnumber",
            "personphone",
            "yourphone",
            "yourphonenumber",
            "customerphone",
            "leadphone",
            "workphone",
            "businessphone",
            "homephone",
            "phonework",
            "phonemobile",
            "phone1",
            "whatsapp",
            "whatsappnumber",
            "telefon",
            "telefonnummer",
            "telefono",
            "teléfono",
            "telefone",
            "téléphone",
        ],
    ),
    (
        Role::Company,
        &[
            "company",
            "companyname",
            "organization",
            "organisation",
            "organizationname",
            "organisationname",
            "employer",
            "business",
            "businessname",
            "firma",
            "unternehmen",
            "empresa",
        ],
    ),
    (
        Role::Source,
        &[
            "source",
            "leadsource",
            "contactsource",
            "signupsource",
            "originalsource",
            "sourcename",
            "utmsource",
            "quelle",
        ],
    ),
    (Role::Tags, &["tags", "tag", "labels", "label", "taglist", "contacttags"]),
    (
        Role::Consent,
        &[
            "consent",
            "marketingconsent",
            "emailconsent",
            "gdprconsent",
            "gdpr",
            "optin",
            "emailoptin",
            "marketingoptin",
            "newsletteroptin",
            "optedin",
            "acceptsmarketing",
            "newsletterconsent",
            "subscribed",
            "agreed",
            "einwilligung",
        ],
    ),
    (
        Role::Refusal,
        &["unsubscribed", "optout", "emailoptout", "optedout", "hasoptedoutofemail", "donotcontact", "donotemail"],
    ),
];

/// Objects that hold a person's own fields; below any other (`owner`, `campaign`) a name is somebody else's.
const WRAPPERS: [&str; 48] = [
    "answers",
    "attendee",
    "attributes",
    "body",
    "buyer",
    "client",
    "contact",
    "contacts",
    "customer",
    "customers",
    "data",
    "details",
    "emails",
    "entry",
    "event",
    "fields",
    "form",
    "formdata",
    "formresponse",
    "guest",
    "info",
    "input",
    "invitee",
    "items",
    "json",
    "lead",
    "leads",
    "member",
    "mergefields",
    "name",
    "names",
    "object",
    "payload",
    "person",
    "personal",
    "persons",
    "phones",
    "profile",
    "properties",
    "raw",
    "record",
    "recipient",
    "response",
    "results",
    "submission",
    "subscriber",
    "user",
    "values",
];

/// A name as it is compared.
pub fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What a field is, by the names on the way to it, folded; and how well the name says so, the best being 0.
pub fn role(way: &[String]) -> Option<(Role, usize)> {
    // `emails.0.value`, `phone.number`, `email.address`
    let mut way: Vec<&str> = way.iter().map(String::as_str).filter(|name| !is_number(name)).collect();
    while way.len() > 1 && matches!(way.last(), Some(&("value" | "text" | "content"))) {
        way.pop();
    }
    let (last, above) = way.split_last()?;
    if let Some((parent, above)) = above.split_last()
        && all_wrap(above)
        && let Some(found) = find(&format!("{parent}{last}"))
    {
        return Some(found);
    }
    if all_wrap(above) { find(last) } else { None }
}

fn is_number(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit())
}

fn all_wrap(names: &[&str]) -> bool {
    names.iter().all(|name| WRAPPERS.contains(name))
}

fn find(name: &str) -> Option<(Role, usize)> {
    NAMES.iter().find_map(|(role, names)| names.iter().position(|known| *known == name).map(|rank| (*role, rank)))
}

/// Yes or no, as forms say it.
pub fn yes(text: &str) -> Option<bool> {
    match folded(text).as_str() {
        "true" | "yes" | "y" | "1" | "on" | "checked" | "given" | "granted" | "agree" | "agreed" | "agrees"
        | "accept" | "accepted" | "iagree" | "optin" | "optedin" | "subscribe" | "subscribed" | "ja" | "oui" | "si"
        | "sí" => Some(true),
        "false" | "no" | "n" | "0" | "off" | "unchecked" | "declined" | "denied" | "refused" | "withdrawn"
        | "optout" | "optedout" | "unsubscribe" | "unsubscribed" | "nein" | "non" => Some(false),
        _ => None,
    }
}
