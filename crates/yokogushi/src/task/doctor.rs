//! `doctor`: looks at everything that can go wrong and says in sentences what it found.

use std::time::Duration;

use channels::Smtp;
use messages::channel::Why;
use store::Tx;

use super::{City, Say, say};
use crate::{problem::Problem, rooms};

/// How long the mail server is waited for.
const PROBE: Duration = Duration::from_secs(10);

/// Looks at what can go wrong, and says for each whether it has.
pub(super) async fn look(city: &City, to: &Say) -> Result<(), Problem> {
    city.db.ping().await?;
    say(to, format!("データベース: つながっています ({:?})", city.db.engine()));
    let mut refused = Vec::new();
    for room in rooms::ROOMS {
        refused.extend(city.db.check(room).await?);
    }
    if refused.is_empty() {
        say(to, "問い合わせ文: すべて使えます");
    } else {
        return Err(Problem::new(format!("問い合わせ文に使えないものがあります: {}", refused.join(" / "))));
    }
    let chain = store::audit::verify(&city.db).await?;
    if let Some(broken) = chain.broken {
        return Err(Problem::new(format!(
            "操作記録が書き換えられています({broken})。保存ファイルと比べ、情報セキュリティの担当者に知らせてください。"
        )));
    }
    let tail = match chain.unsealed_since {
        Some(since) => format!("、封印前 {}件({} から)", chain.unsealed, since.to_rfc3339_jst()),
        None => String::new(),
    };
    say(to, format!("操作記録: 封印ずみ {}件に変わりはありません{tail}", chain.sealed));
    let counts = city.db.read(async |tx: &mut Tx<'_>| messages::record::counts(tx).await).await?;
    for (state, count) in counts {
        if state == messages::State::Dead {
            say(to, format!("届かなかったお知らせ: {count}件。/staff/messages で確かめてください"));
        }
    }
    let set_up: Result<_, store::Error> = city.db.read(async |tx: &mut Tx<'_>| places::city(tx).await).await;
    match set_up? {
        Some(set_up) => say(
            to,
            format!(
                "市: {}{}",
                set_up.name.get(kernel::locale::Locale::Ja),
                if set_up.is_demo { " (デモ)" } else { "" }
            ),
        ),
        None => say(to, "市: まだ設定されていません。/staff/settings で名前と電話番号を入れてください"),
    }
    mail(city, to).await
}

/// Opens a line to the mail server and signs in; no letter is sent.
async fn mail(city: &City, to: &Say) -> Result<(), Problem> {
    let Some(mail) = &city.mail else {
        say(to, "メール: 設定されていません。お知らせは送らず、/staff/messages に表示します");
        return Ok(());
    };
    let mut config = mail.config()?;
    config.patience = PROBE;
    let server = format!("{}:{}", config.host, config.port);
    match Smtp::new(&config).probe().await {
        Ok(()) => {
            say(to, format!("メール: {server} につながり、送る用意ができています"));
            Ok(())
        }
        Err(failure) => {
            let detail = failure.detail;
            Err(Problem::new(match failure.why {
                Why::Unreachable => format!(
                    "メールサーバー {server} につながりません({detail})。サーバーが動いているか、YOKOGUSHI_SMTP_URL の名前と番号を確かめてください。"
                ),
                Why::Busy => format!(
                    "メールサーバー {server} が混み合っています({detail})。お知らせは自動で送り直します。続くときはメールの担当者に知らせてください。"
                ),
                Why::Unanswered => format!(
                    "メールサーバー {server} が途中で答えなくなりました({detail})。YOKOGUSHI_SMTP_URL の番号と暗号化の方法を確かめてください。"
                ),
                _ => format!(
                    "メールサーバー {server} がこちらの設定を受け付けません({detail})。YOKOGUSHI_SMTP_URL の利用者名、パスワード、暗号化の方法と、YOKOGUSHI_SMTP_CA の証明書を確かめてください。"
                ),
            }))
        }
    }
}
