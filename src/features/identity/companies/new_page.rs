//! Founding another company.

use super::calls::{CreateCompany, zone_names};
use super::fields::{NameAndZone, zone_here};
use crate::domain::error::Result;
use crate::ui::Screen;
use crate::ui::page::PageHead;
use crate::ui::{Button, ButtonKind, Card, CardHead, FormAction, FormError, PostForm, failure};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// `/companies/new`
pub struct NewCompanyPage {
    zones: Resource<Result<Vec<String>>>,
}

impl Screen for NewCompanyPage {
    fn data() -> Self {
        Self { zones: Resource::new_blocking(|| (), |()| zone_names()) }
    }

    fn view(this: Self) -> AnyView {
        let query = use_query_map().get_untracked();
        let name = query.get("name").unwrap_or_default();
        let zone = zone_here(query.get("zone").unwrap_or_default());
        let action = FormAction::<CreateCompany>::for_another_company();
        let error = failure(&action);
        view! {
            <PageHead title="New company" />
            <Card class="max-w-page">
                <CardHead title="Create a company" />
                <div class="p-4">
                    <p class="mb-4 text-[13px] text-muted">
                        "It has its own posts, accounts, keys and members. You will be its owner."
                    </p>
                    <PostForm action=action>
                        <div class="grid items-start gap-x-6 gap-y-3 md:grid-cols-2">
                            <NameAndZone
                                name=Signal::stored(name)
                                zone=zone
                                zones=this.zones
                                hint="Posts are scheduled in this time zone."
                                error=error
                            />
                            <div class="flex flex-col items-start gap-3 md:col-span-2">
                                <FormError error=error fields=&["name", "zone"] />
                                <Button kind=ButtonKind::Primary disabled=action.pending()>
                                    "Create company"
                                </Button>
                            </div>
                        </div>
                    </PostForm>
                </div>
            </Card>
        }
        .into_any()
    }
}
