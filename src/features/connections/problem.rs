//! What can go wrong with a consent, in words for the person who wanted to connect.

/// Why a consent led nowhere: the word in `/connections?problem=...`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentProblem {
    /// Never issued here, or to another session, company or platform.
    StateUnknown,
    StateUsed,
    StateExpired,
    /// The person said no.
    Denied,
    KeysMissing,
    /// The platform said no; its words are kept on the server.
    PlatformRefused,
    /// Signed in, but there is nothing that can be connected.
    NoAccount,
    /// Too many beginnings in a short time.
    TooMany,
    /// This person's role does not allow it.
    NotAllowed,
    /// Our own fault.
    OurFault,
}

impl ConsentProblem {
    /// Each one, for `parse`.
    pub const ALL: [ConsentProblem; 10] = [
        Self::StateUnknown,
        Self::StateUsed,
        Self::StateExpired,
        Self::Denied,
        Self::KeysMissing,
        Self::PlatformRefused,
        Self::NoAccount,
        Self::TooMany,
        Self::NotAllowed,
        Self::OurFault,
    ];

    /// The word in the address.
    pub fn id(self) -> &'static str {
        match self {
            Self::StateUnknown => "state_unknown",
            Self::StateUsed => "state_used",
            Self::StateExpired => "state_expired",
            Self::Denied => "denied",
            Self::KeysMissing => "keys_missing",
            Self::PlatformRefused => "platform_refused",
            Self::NoAccount => "no_account",
            Self::TooMany => "too_many",
            Self::NotAllowed => "not_allowed",
            Self::OurFault => "our_fault",
        }
    }
    /// The problem of an address.
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.id() == id)
    }
    /// What happened, in one line.
    pub fn title(self) -> &'static str {
        match self {
            Self::StateUnknown => "This sign-in belongs to another window",
            Self::StateUsed => "This sign-in has been used already",
            Self::StateExpired => "This sign-in took too long",
            Self::Denied => "You did not allow the connection",
            Self::KeysMissing => "The keys of this platform are missing",
            Self::PlatformRefused => "The platform refused the connection",
            Self::NoAccount => "No account can be connected",
            Self::TooMany => "Too many attempts",
            Self::NotAllowed => "Only admins connect accounts",
            Self::OurFault => "The connection could not be saved",
        }
    }
    /// What happened, what was kept, what to do.
    pub fn text(self) -> &'static str {
        match self {
            Self::StateUnknown => {
                "It was started in another browser, by another person or for another company. Nothing was connected. \
                 Choose Connect in this window."
            }
            Self::StateUsed => {
                "Each sign-in works once. If the account is in the list below, all is well. If not, choose Connect \
                 again."
            }
            Self::StateExpired => "It took more than ten minutes. Nothing was connected. Choose Connect again.",
            Self::Denied => "Nothing was connected. To connect it, choose Connect again and allow access.",
            Self::KeysMissing => {
                "Nothing was connected. Enter the keys and choose Save and connect: it leads to the platform and back here."
            }
            Self::PlatformRefused => {
                "Nothing was connected. Usually the client secret is wrong, or the redirect address is not \
                 registered there exactly. Check both under Settings → Integrations."
            }
            Self::NoAccount => {
                "You signed in, but LUX may not publish to this kind of account. Use a professional account, and \
                 check that you chose the right one."
            }
            Self::TooMany => "Wait a minute, then choose Connect again.",
            Self::NotAllowed => "Nothing was connected. Ask an admin of the company.",
            Self::OurFault => {
                "Something went wrong on our side. Nothing was connected. Choose Connect again; if it happens again, \
                 tell the person who runs the server."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problem_words_parse() {
        for problem in ConsentProblem::ALL {
            assert_eq!(ConsentProblem::parse(problem.id()), Some(problem));
        }
        assert_eq!(ConsentProblem::parse("<script>"), None);
    }
}
