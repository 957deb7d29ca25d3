//! `staff add`: one more member of staff, with a password shown once.

use kernel::text::Line;
use people::{AddStaff, AddStaffError, FirstPost, Login, OWN_POST, PersonData};

use super::{City, Say, say};
use crate::problem::Problem;

pub(crate) async fn add(city: &City, login: &str, name: &str, post: Option<&str>, to: &Say) -> Result<(), Problem> {
    let login = Login::parse(login)
        .ok_or_else(|| Problem::new("--login には英小文字・数字・ . - _ で2文字から64文字を指定してください。"))?;
    let bad_name = |e| Problem::new(format!("--name を使えません({e})。"));
    let data = PersonData {
        number: None,
        login: login.clone(),
        name: Line::parse(name).map_err(bad_name)?,
        kana: Line::parse(name).map_err(bad_name)?,
    };
    let post = match post {
        None => FirstPost::None,
        Some(OWN_POST) => FirstPost::Administrator,
        Some(code) => {
            FirstPost::Code(Line::parse(code).map_err(|e| Problem::new(format!("--post を使えません({e})。")))?)
        }
    };
    match people::add_staff(&city.db, &city.world, &city.keeper, AddStaff { data, post }).await {
        Ok(added) => {
            say(to, format!("加えました: ログイン名 {login}   最初のパスワード {}", added.password));
            say(to, "このパスワードは二度と表示されません。本人に手渡し、最初のサインインで変えてもらってください。");
            Ok(())
        }
        Err(AddStaffError::NoPost(code)) => {
            Err(Problem::new(format!("--post {code} という職はありません。/staff/people で確かめてください。")))
        }
        Err(AddStaffError::Store(e)) => Err(e.into()),
        Err(other) => Err(Problem::new(format!("加えられません({other})。"))),
    }
}
