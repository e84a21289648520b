//! Roles and what they may do. The table is the whole policy: handlers name a permission, never a role.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    #[default]
    Viewer,
    Editor,
    Admin,
    Owner,
}

impl Role {
    pub const ALL: [Role; 4] = [Role::Owner, Role::Admin, Role::Editor, Role::Viewer];

    pub fn id(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Editor => "editor",
            Self::Viewer => "viewer",
        }
    }
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Admin => "Admin",
            Self::Editor => "Editor",
            Self::Viewer => "Viewer",
        }
    }
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.id() == id)
    }
    pub fn may(self, permission: Permission) -> bool {
        self >= permission.least()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Permission {
    /// See posts, calendar, connections (never secrets).
    View,
    /// Write, schedule, publish, upload.
    Publish,
    /// See and change contacts.
    Contacts,
    /// Take contacts out as a file, erase a person.
    ExportContacts,
    /// Connect and disconnect accounts.
    Connect,
    /// Keep and test API keys.
    Secrets,
    /// Invite, change roles, remove members.
    Members,
    /// Change the company's name, time zone, language.
    Company,
}

impl Permission {
    /// The least role that has it.
    pub fn least(self) -> Role {
        match self {
            Self::View => Role::Viewer,
            Self::Publish | Self::Contacts => Role::Editor,
            Self::ExportContacts | Self::Connect | Self::Secrets | Self::Members | Self::Company => Role::Admin,
        }
    }
    /// For the sentence "Your role does not allow you to ...".
    pub fn verb(self) -> &'static str {
        match self {
            Self::View => "see this",
            Self::Publish => "write or publish posts",
            Self::Contacts => "see or change contacts",
            Self::ExportContacts => "export or erase contacts",
            Self::Connect => "connect accounts",
            Self::Secrets => "change keys",
            Self::Members => "manage members",
            Self::Company => "change the company",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_a_ladder() {
        for permission in [Permission::View, Permission::Publish, Permission::Connect, Permission::Secrets] {
            let allowed: Vec<_> = Role::ALL.into_iter().filter(|r| r.may(permission)).collect();
            assert!(allowed.contains(&Role::Owner) && allowed.contains(&Role::Admin));
        }
        assert!(!Role::default().may(Permission::Publish), "whoever is not known may look only");
        assert!(!Role::Editor.may(Permission::Secrets));
    }
}
