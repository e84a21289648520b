//! Settings -> Members: who belongs to the company, in which role, and the invitations that are open.

use super::calls::{ChangeRole, Invite, LeaveCompany, RemoveMember, RevokeInvitation, members};
use super::model::{INVITABLE, INVITATION_DAYS, InvitationRow, MemberRow, MembersData, role_hint, roles_to_give};
use crate::domain::error::Result;
use crate::domain::permission::{Permission, Role};
use crate::features::identity::accounts::model::{RESET_HOURS, ResetLink};
use crate::features::identity::accounts::reset::calls::MakeResetLink;
use crate::ui::Screen;
use crate::ui::focus::focus_soon;
use crate::ui::page::SettingsTabs;
use crate::ui::page::{PageHead, use_frame};
use crate::ui::{
    Button, ButtonKind, Card, CardHead, Chip, CopyField, FormAction, FormError, Loaded, Menu, PostForm, SelectBox,
    TextInput, Tone, ValueForm, done, failure, problem, success, typed,
};
use leptos::prelude::*;

#[derive(Clone, Copy)]
struct Actions {
    change: FormAction<ChangeRole>,
    remove: FormAction<RemoveMember>,
    leave: FormAction<LeaveCompany>,
    reset: ServerAction<MakeResetLink>,
    invite: ServerAction<Invite>,
    revoke: FormAction<RevokeInvitation>,
}

pub struct MembersPage {
    actions: Actions,
    data: Resource<Result<MembersData>>,
}

impl Screen for MembersPage {
    fn data() -> Self {
        let actions = Actions {
            change: FormAction::new(),
            remove: FormAction::new(),
            leave: FormAction::for_another_company(),
            reset: ServerAction::new(),
            invite: ServerAction::new(),
            revoke: FormAction::new(),
        };
        let Actions { change, remove, invite, revoke, .. } = actions;
        // Read anew after what changed something: a refusal must not take away what is typed.
        let (change, remove, invite, revoke) = (done(&change), done(&remove), done(&invite), done(&revoke));
        let versions = move || (change.get(), remove.get(), invite.get(), revoke.get());
        Self { actions, data: Resource::new_blocking(versions, |_| members()) }
    }

    fn view(this: Self) -> AnyView {
        let MembersPage { actions, data } = this;
        let frame = use_frame();
        let changed = success(&actions.change);
        // It may have been one's own role.
        Effect::new(move |_| {
            if changed.get() {
                frame.refetch();
            }
        });
        view! {
            <PageHead title="Members" />
            <SettingsTabs />
            <div class="max-w-page">
                <Loaded resource=data let:data>
                    <Content data actions />
                </Loaded>
            </div>
        }
        .into_any()
    }
}

#[component]
fn Content(data: MembersData, actions: Actions) -> impl IntoView {
    let MembersData { company, your_role, members, invitations, fresh_link, fresh_reset, zone } = data;
    let manages = your_role.may(Permission::Members);
    let people = match members.len() {
        1 => "1 person".to_owned(),
        n => format!("{n} people"),
    };
    let name = company.clone();
    view! {
        <div class="flex flex-col gap-5">
            <Card>
                <CardHead title="Members">
                    <span class="text-xs text-faint">{people}</span>
                </CardHead>
                <ul class="rows divide-y divide-line [--columns:minmax(0,1fr)_auto_auto_auto]">
                    <For each=move || members.clone() key=|m| (m.id, m.role.id()) let:member>
                        <MemberLine member your_role manages company=name.clone() actions />
                    </For>
                </ul>
                // Below: the list does not move under the pointer.
                <div class="flex flex-col gap-2 px-4 pb-2 empty:hidden">
                    <FormError error=failure(&actions.change) />
                    <FormError error=failure(&actions.remove) />
                    <FormError error=failure(&actions.leave) />
                    <FormError error=failure(&actions.reset) />
                    <div aria-live="polite" class="empty:hidden">
                        <FreshReset fresh=fresh_reset action=actions.reset />
                    </div>
                </div>
            </Card>
            {manages.then(|| view! { <Invitations company invitations fresh_link zone actions /> })}
        </div>
    }
}

#[component]
fn MemberLine(member: MemberRow, your_role: Role, manages: bool, company: String, actions: Actions) -> impl IntoView {
    let password =
        (manages && !member.is_you).then(|| view! { <Password member=member.clone() action=actions.reset /> });
    let roles = roles_to_give(your_role, member.role);
    let role = if roles.is_empty() {
        view! { <span class="text-[13px] text-muted">{member.role.name()}</span> }.into_any()
    } else {
        view! { <RoleForm member=member.clone() roles action=actions.change /> }.into_any()
    };
    let way_out = if member.is_you {
        let sentence = format!("You will no longer see {company}. An owner or admin can invite you again.");
        view! {
            <Confirm ask="Leave" name=format!("Leave {company}") sentence>
                <PostForm action=actions.leave>
                    <Button kind=ButtonKind::Danger small=true disabled=actions.leave.pending()>
                        {format!("Leave {company}")}
                    </Button>
                </PostForm>
            </Confirm>
        }
        .into_any()
    } else if !roles.is_empty() {
        let sentence = format!("{} will no longer see {company}. What they made stays.", member.name);
        let button = format!("Remove {}", member.name);
        view! {
            <Confirm ask="Remove" name=button.clone() sentence>
                <PostForm action=actions.remove>
                    <input type="hidden" name="member" value=member.id.to_string() />
                    <Button kind=ButtonKind::Danger small=true disabled=actions.remove.pending()>
                        {button}
                    </Button>
                </PostForm>
            </Confirm>
        }
        .into_any()
    } else {
        ().into_any()
    };
    let joined = format!("Joined {}", member.joined.local.day.short());
    let you = member.is_you.then(|| view! { <Chip tone=Tone::Brand>"You"</Chip> });
    view! {
        <li class="row flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 min-[901px]:grid">
            <div class="min-w-0 flex-1 basis-56">
                <p class="flex items-center gap-2">
                    <span dir="auto" class="truncate">{member.name}</span>
                    {you}
                </p>
                <p class="truncate text-xs text-faint">{member.email} " · " {joined}</p>
            </div>
            <div class="min-[701px]:col-start-2">{role}</div>
            <div class="empty:hidden min-[701px]:col-start-3">{password}</div>
            <div class="empty:hidden min-[701px]:col-start-4">{way_out}</div>
        </li>
    }
}

#[component]
fn RoleForm(member: MemberRow, roles: &'static [Role], action: FormAction<ChangeRole>) -> impl IntoView {
    // Without JavaScript a refused choice comes back with the member whose it is.
    let error = failure(&action);
    let refused = typed(error, "member", String::new()) == member.id.to_string();
    let now = member.role.id().to_owned();
    let chosen = if refused { typed(error, "role", now) } else { now };
    let options = roles
        .iter()
        .map(|role| {
            view! {
                <option value=role.id() selected=role.id() == chosen>
                    {role.name()}
                </option>
            }
        })
        .collect_view();
    view! {
        <PostForm action=action>
            <div class="flex items-center gap-2">
                <input type="hidden" name="member" value=member.id.to_string() />
                <select
                    name="role"
                    aria-label=format!("Role of {}", member.name)
                    class="rounded-control border border-line-strong bg-surface-2 px-2 py-1 text-[13px] text-text"
                >
                    {options}
                </select>
                <Button small=true label=format!("Change the role of {}", member.name) disabled=action.pending()>
                    "Change"
                </Button>
            </div>
        </PostForm>
    }
}

/// The way to a link with which this person sets a new password, or whom to ask for one.
#[component]
fn Password(member: MemberRow, action: ServerAction<MakeResetLink>) -> impl IntoView {
    let MemberRow { id, name, may_reset, .. } = member;
    let sentence = match may_reset {
        true => format!(
            "With the link {name} sets a new password and is signed out everywhere else. It works once, for {RESET_HOURS} hours, and {name} sees that you made it."
        ),
        false => format!(
            "A link for {name} would open more than you may manage. Ask an owner of the company, or the owner of this server."
        ),
    };
    let (label, title) = (format!("Make a link for the password of {name}"), format!("New password for {name}"));
    let form = if may_reset {
        view! {
            <ValueForm action=action>
                <input type="hidden" name="member" value=id.to_string() />
                <Button small=true label=label disabled=action.pending()>
                    "Make a link"
                </Button>
            </ValueForm>
        }
        .into_any()
    } else {
        ().into_any()
    };
    view! {
        <Confirm ask="New password" name=title sentence>
            {form}
        </Confirm>
    }
}

/// The link that was just made.
#[component]
fn FreshReset(fresh: Option<ResetLink>, action: ServerAction<MakeResetLink>) -> impl IntoView {
    let made = action.value();
    // It may be below a long list.
    Effect::new(move |_| {
        if made.with(|v| matches!(v, Some(Ok(_)))) {
            focus_soon("reset-link");
        }
    });
    move || {
        let made = made.with(|v| v.as_ref().and_then(|r| r.as_ref().ok().cloned()));
        made.or_else(|| fresh.clone()).map(|ResetLink { link, name }| {
            view! {
                <CopyField
                    id="reset-link"
                    label=format!("Send this link to {name}")
                    value=link
                    hint=format!(
                        "Whoever opens it can set the password of {name} once, within {RESET_HOURS} hours. It is shown only now: we keep no copy.",
                    )
                />
            }
        })
    }
}

/// Asks once, naming what goes, before the form in `children`.
#[component]
fn Confirm(#[prop(into)] ask: String, name: String, sentence: String, children: Children) -> impl IntoView {
    view! {
        <Menu
            trigger=view! { <span>{ask}</span> }.into_any()
            class="relative"
            trigger_class=ButtonKind::Ghost.class(true)
            panel_class="absolute right-0 z-20 mt-1 flex w-64 flex-col max-[700px]:fixed max-[700px]:inset-x-3 max-[700px]:bottom-17 max-[700px]:w-auto items-start gap-3 rounded-card border border-line-strong bg-surface-2 p-3 text-[13px]"
            label=name
        >
            <p>{sentence}</p>
            {children()}
        </Menu>
    }
}

#[component]
fn Invitations(
    company: String,
    invitations: Vec<InvitationRow>,
    fresh_link: Option<String>,
    zone: String,
    actions: Actions,
) -> impl IntoView {
    let Actions { invite, revoke, .. } = actions;
    let error = failure(&invite);
    let made = invite.value();
    let link = move || {
        let made = made.with(|v| v.as_ref().and_then(|r| r.as_ref().ok().cloned()));
        made.or_else(|| fresh_link.clone()).map(|link| {
            view! {
                <CopyField
                    id="invitation-link"
                    label="Send this link"
                    value=link
                    hint=format!(
                        "Whoever opens it can join, once, within {INVITATION_DAYS} days. Copy it now: it is not \
                         shown again.",
                    )
                />
            }
        })
    };
    let roles = INVITABLE
        .iter()
        .map(|role| (role.id().to_owned(), format!("{}: {}", role.name(), role_hint(*role))))
        .collect::<Vec<_>>();
    let empty = invitations
        .is_empty()
        .then(|| view! { <p class="px-4 py-3 text-[13px] text-muted">"No invitation is open."</p> });
    view! {
        <Card>
            <CardHead title="Invite somebody" />
            <div class="flex flex-col gap-3 border-b border-line p-4">
                <ValueForm action=invite>
                    <div class="grid items-start gap-3 min-[701px]:grid-cols-[1fr_1fr_auto]">
                        <SelectBox
                            id="invite-role"
                            name="role"
                            label="Role"
                            options=roles
                            value=Signal::stored(typed(error, "role", String::new()))
                            error=problem(error, "role")
                        />
                        <TextInput
                            id="invite-note"
                            name="note"
                            label="For whom (only you see it)"
                            placeholder="Ana, photographer"
                            autocomplete="off"
                            value=Signal::stored(typed(error, "note", String::new()))
                            error=problem(error, "note")
                        />
                        <div class="min-[701px]:pt-6">
                            <Button kind=ButtonKind::Primary disabled=invite.pending()>
                                "Create link"
                            </Button>
                        </div>
                    </div>
                </ValueForm>
                <FormError error=error fields=&["role", "note"] />
                <div aria-live="polite">{link}</div>
                <FormError error=failure(&revoke) />
            </div>
            {empty}
            <ul class="divide-y divide-line">
                <For each=move || invitations.clone() key=|i| i.id let:row>
                    <InvitationLine row company=company.clone() zone=zone.clone() action=revoke />
                </For>
            </ul>
        </Card>
    }
}

#[component]
fn InvitationLine(
    row: InvitationRow,
    company: String,
    zone: String,
    action: FormAction<RevokeInvitation>,
) -> impl IntoView {
    let whom = if row.note.is_empty() { "No note".to_owned() } else { row.note };
    let facts = format!("{} · by {} · until {} ({zone})", row.role.name(), row.invited_by, row.expires.local.short());
    let label = format!("Withdraw the invitation to {company}: {whom}");
    view! {
        <li class="flex flex-wrap items-center justify-between gap-3 px-4 py-3">
            <div class="min-w-0">
                <p class="truncate">{whom}</p>
                <p dir="auto" class="text-xs text-faint">{facts}</p>
            </div>
            <PostForm action=action>
                <input type="hidden" name="id" value=row.id.to_string() />
                <Button kind=ButtonKind::Ghost small=true label=label disabled=action.pending()>
                    "Withdraw"
                </Button>
            </PostForm>
        </li>
    }
}
