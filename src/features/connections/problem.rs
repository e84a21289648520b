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
            Self::StateUnknown => "This sign-in did not begin here",
            Self::StateUsed => "This sign-in has been used already",
            Self::StateExpired => "This sign-in took too long",
            Self::Denied => "You did not allow the connection",
            Self::KeysMissing => "The keys of this platform are missing",
            Self::PlatformRefused => "The platform refused the connection",
            Self::NoAccount => "There is no account that can be connected",
            Self::TooMany => "Too many attempts",
            Self::NotAllowed => "Only admins connect accounts",
            Self::OurFault => "The connection could not be saved",
        }
    }
    /// What happened, what was kept, what to do.
    pub fn text(self) -> &'static str {
        match self {
            Self::StateUnknown => {
                "It was begun in another browser, after another sign-in or for another company, or its address was changed on the way. Nothing was connected. Begin again with Connect, in this window."
            }
            Self::StateUsed => {
                "Each one counts once; the page was probably loaded again. If the account is in the list below, all is well. Otherwise begin again with Connect."
            }
            Self::StateExpired => {
                "More than ten minutes passed before you came back from the platform. Nothing was connected. Begin again with Connect."
            }
            Self::Denied => "Nothing was connected. If that was a slip, begin again with Connect and allow the access.",
            Self::KeysMissing => {
                "Nothing was connected. Enter the keys and choose Save and connect: it leads to the platform and back here."
            }
            Self::PlatformRefused => {
                "Nothing was connected. The usual reasons are a wrong client secret or a redirect address that is not registered at the platform to the letter; both are under Settings → Integrations."
            }
            Self::NoAccount => {
                "The platform let you in, but the account is not of a kind that programs may publish to. Check that it is a professional account and that you chose the right one."
            }
            Self::TooMany => "Please wait a minute, then begin again with Connect.",
            Self::NotAllowed => "Nothing was connected. Ask an admin of the company.",
            Self::OurFault => {
                "Something went wrong on our side and nothing was connected. Please begin again with Connect; if it happens again, look at the server's log."
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
