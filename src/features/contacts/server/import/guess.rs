//! What a column is, by its name: English, German, French and Spanish, and what other programs write into their files.

use crate::features::contacts::fields::model::FieldCard;
use crate::features::contacts::imports::model::Target;

/// Names without case, spaces and punctuation. The first list that has the name counts.
const NAMES: [(Target, &[&str]); 10] = [
    (
        Target::Email,
        &[
            "email",
            "emailaddress",
            "mail",
            "mailaddress",
            "emailadresse",
            "mailadresse",
            "emailadress",
            "email1",
            "email1value",
            "primaryemail",
            "workemail",
            "contactemail",
            "emailid",
            "adressemail",
            "adresseemail",
            "adressemél",
            "courriel",
            "mél",
            "correo",
            "correoelectronico",
            "correoelectrónico",
            "emails",
            "eposta",
            "邮箱",
            "メールアドレス",
        ],
    ),
    (
        Target::FirstName,
        &[
            "firstname",
            "first",
            "fname",
            "givenname",
            "forename",
            "vorname",
            "rufname",
            "prenom",
            "prénom",
            "nombre",
            "nombredepila",
        ],
    ),
    (
        Target::LastName,
        &[
            "lastname",
            "last",
            "lname",
            "surname",
            "familyname",
            "nachname",
            "familienname",
            "zuname",
            "nom",
            "nomdefamille",
            "apellido",
            "apellidos",
        ],
    ),
    (
        Target::FullName,
        &[
            "name",
            "fullname",
            "wholename",
            "displayname",
            "contactname",
            "contact",
            "kontakt",
            "vollername",
            "vollständigername",
            "nomcomplet",
            "nometprénom",
            "nometprenom",
            "nombrecompleto",
            "nombreyapellidos",
        ],
    ),
    (
        Target::Phone,
        &[
            "phone",
            "phonenumber",
            "mobile",
            "mobilephone",
            "mobilenumber",
            "cell",
            "cellphone",
            "tel",
            "telephone",
            "telephonenumber",
            "phone1value",
            "workphone",
            "homephone",
            "telefon",
            "telefonnummer",
            "handy",
            "handynummer",
            "mobil",
            "mobilnummer",
            "mobiltelefon",
            "telnr",
            "téléphone",
            "teléfono",
            "telefono",
            "móvil",
            "movil",
            "portable",
            "numérodetéléphone",
            "whatsapp",
        ],
    ),
    (
        Target::Company,
        &[
            "company",
            "companyname",
            "organization",
            "organisation",
            "organizationname",
            "organization1name",
            "employer",
            "business",
            "account",
            "accountname",
            "firma",
            "firmenname",
            "unternehmen",
            "société",
            "societe",
            "entreprise",
            "raisonsociale",
            "empresa",
            "compañía",
            "compania",
            "razónsocial",
        ],
    ),
    (
        Target::Source,
        &[
            "source",
            "leadsource",
            "originalsource",
            "signupsource",
            "utmsource",
            "quelle",
            "herkunft",
            "origine",
            "origen",
            "fuente",
        ],
    ),
    (
        Target::Tags,
        &[
            "tags",
            "tag",
            "labels",
            "label",
            "groups",
            "groupmembership",
            "categories",
            "category",
            "schlagwörter",
            "schlagworte",
            "kategorie",
            "kategorien",
            "étiquettes",
            "etiquettes",
            "étiquette",
            "etiquetas",
            "etiqueta",
        ],
    ),
    (
        Target::Consent,
        &[
            "consent",
            "agreedtomail",
            "agreestomail",
            "agreedtoemail",
            "optedin",
            "mayemail",
            "optin",
            "emailoptin",
            "marketingconsent",
            "emailconsent",
            "acceptsmarketing",
            "acceptsemailmarketing",
            "subscribed",
            "newsletter",
            "gdprconsent",
            "einwilligung",
            "zustimmung",
            "consentement",
            "consentimiento",
        ],
    ),
    (
        Target::NoMail,
        &[
            "unsubscribed",
            "nomail",
            "optedout",
            "optout",
            "emailoptout",
            "hasoptedoutofemail",
            "donotemail",
            "donotcontact",
            "abgemeldet",
            "désabonné",
            "désinscrit",
            "baja",
        ],
    ),
];

/// A name as it is compared.
pub fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What each column is; what may be there only once is the first column that looks like it.
pub fn columns(header: &[String], fields: &[FieldCard]) -> Vec<Target> {
    let mut taken = vec![];
    let mut guess = |name: &String| {
        let name = folded(name);
        let found = NAMES.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(target, _)| *target);
        let own = || fields.iter().find(|field| folded(&field.key) == name || folded(&field.label) == name);
        let found = found.or_else(|| own().filter(|_| !name.is_empty()).map(|field| Target::Field(field.id)));
        let found = found.filter(|target| target.may_repeat() || !taken.contains(target));
        taken.extend(found);
        found.unwrap_or(if name.is_empty() { Target::Skip } else { Target::Custom })
    };
    let mut columns: Vec<Target> = header.iter().map(&mut guess).collect();
    // A file of refused rows that was mended: its first two columns are ours.
    if let ([row, why, ..], [first, second, ..]) = (header, columns.as_mut_slice())
        && row == "Row"
        && why == "Why"
    {
        (*first, *second) = (Target::Skip, Target::Skip);
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use Target::*;

    #[test]
    fn columns_are_known_in_four_languages() {
        let of = |header: &str| columns(&header.split(';').map(str::to_owned).collect::<Vec<_>>(), &[]);
        for (header, expected) in [
            ("Email Address;First Name;Last Name;Phone Number;Tags", [Email, FirstName, LastName, Phone, Tags]),
            ("E-Mail-Adresse;Vorname;Nachname;Telefon;Firma", [Email, FirstName, LastName, Phone, Company]),
            ("Adresse e-mail;Prénom;Nom;Téléphone;Société", [Email, FirstName, LastName, Phone, Company]),
            ("Correo electrónico;Nombre;Apellidos;Teléfono;Empresa", [Email, FirstName, LastName, Phone, Company]),
            (
                "E-mail 1 - Value;Given Name;Family Name;Phone 1 - Value;Organization 1 - Name",
                [Email, FirstName, LastName, Phone, Company],
            ),
            ("Row;Why;E-Mail;Name;Tee", [Skip, Skip, Email, FullName, Custom]),
            ("name;email;Work Email;Favourite tea;", [FullName, Email, Custom, Custom, Skip]),
            ("Opt-in;Unsubscribed;Quelle;E-Mail;Kategorie", [Consent, NoMail, Source, Email, Tags]),
            ("Agreed to mail;No mail;Source;E-mail;Company", [Consent, NoMail, Source, Email, Company]),
        ] {
            assert_eq!(of(header), expected, "{header}");
        }
        // No name stands on two lists.
        let all: Vec<_> = NAMES.iter().flat_map(|(_, names)| names.iter()).collect();
        for (at, name) in all.iter().enumerate() {
            assert!(!all[..at].contains(name) && folded(name) == **name, "{name}");
        }
    }
}
