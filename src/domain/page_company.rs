//! A page is made for one company; what it asks for later goes to addresses that name it: `/in/<company>/rpc/…`. So a tab
//! that was left open while its person went on to another company cannot write into that one.

use super::ids::CompanyId;

const FOLDER: &str = "/in/";

/// Where a form posts to turn the session to another company (`company`).
pub const SWITCH: &str = "/rpc/lux/features/identity/companies/calls/switch_company";

/// What stands in front of the addresses that a page of this company asks.
pub fn prefix(company: CompanyId) -> String {
    format!("{FOLDER}{company}")
}

/// The company of such an address, and the address itself; `None`: it names none.
pub fn split(path: &str) -> Option<(CompanyId, &str)> {
    let rest = path.strip_prefix(FOLDER)?;
    let (company, address) = rest.split_at(rest.find('/')?);
    Some((company.parse().ok()?, address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_its_company() {
        let company = CompanyId::from_u128(7);
        let path = format!("{}/rpc/a?b=/c", prefix(company));
        assert_eq!(split(&path), Some((company, "/rpc/a?b=/c")));
        for none in ["/rpc/a", "/in/", "/in/x/rpc/a", &prefix(company), "/inside"] {
            assert_eq!(split(none), None, "{none}");
        }
    }
}
