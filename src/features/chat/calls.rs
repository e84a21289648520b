//! Server functions of conversations. Each is for the person who asks: nobody sees those of another.

#[cfg(feature = "ssr")]
use super::model::ChatAsk;
use super::model::{ChatAct, ChatAction, ChatBoard, ChatQuery};
#[cfg(feature = "ssr")]
use super::server::{service, turn};
use crate::domain::error::AppError;
use crate::domain::ids::{ConversationId, ErrorId};
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::infra::http::{call, reply, throttle};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

/// The conversations of the person, and the one that is open.
#[server(input = Json)]
pub async fn load_chat(query: ChatQuery) -> Result<ChatBoard, AppError> {
    call::allowed(Permission::View, async |who| service::board(&who, &query).await).await
}

/// Asks, and shows the conversation when the answer is there: for pages without JavaScript. With it the answer comes through
/// `server/rest`, word by word.
#[server]
pub async fn send_chat(
    #[server(default)] conversation: Option<ConversationId>,
    #[server(default)] message: String,
    #[server(default)] action: ChatAction,
    #[server(default)] from: String,
    #[server(default)] error: Option<ErrorId>,
    #[server(default)] panel: bool,
) -> Result<(), AppError> {
    call::keeping([("message", &message)])
        .signed_in(async |who| {
            let ask = ChatAsk { conversation, message: message.clone(), action, from: from.clone() };
            let turn = turn::begin(who, ask, None).await?.fresh()?;
            let conversation = turn.conversation();
            turn.about(error).spawn(None).await?;
            // The panel stays beside its page.
            if !panel {
                reply::redirect_to(&service::address(conversation, &from));
            }
            Ok(())
        })
        .await
}

/// Deletes a conversation, or takes it back.
#[server]
pub async fn act_on_conversation(
    act: ChatAct,
    conversation: ConversationId,
    #[server(default)] from: String,
) -> Result<(), AppError> {
    call::allowed(Permission::View, async |who| {
        throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")?;
        service::act(&who, act, conversation).await?;
        reply::redirect_to(&service::after(act, conversation, &from));
        Ok(())
    })
    .await
}
