//! `staff add`: one more member of staff, with a password shown once.

use kernel::text::Line;
use people::{Actor, FirstPassword, Hold, Login, PersonData, PersonError};
use store::{Act, Tx};

use super::{City, Say, say};
use crate::problem::Problem;

const ACT: Act = Act::staff("people.add");

pub async fn add(city: &City, login: &str, name: &str, post: Option<&str>, to: &Say) -> Result<(), Problem> {
    let login = Login::parse(login)
        .ok_or_else(|| Problem::new("--login には英小文字・数字・ . - _ で2文字から64文字を指定してください。"))?;
    let bad_name = |e| Problem::new(format!("--name を使えません({e})。"));
    let data = PersonData {
        number: None,
        login: login.clone(),
        name: Line::parse(name).map_err(bad_name)?,
        kana: Line::parse(name).map_err(bad_name)?,
    };
    let day = city.world.today();
    let held = match post {
        None => None,
        Some(code) => {
            let all = city.db.read(async move |tx: &mut Tx<'_>| people::posts(tx, day, None).await).await;
            let all: Vec<people::Post> = all.map_err(|e: store::Error| Problem::from(e))?;
            let found = all.iter().find(|p| p.code.as_str() == code).map(|p| p.id);
            Some(found.ok_or_else(|| Problem::new(format!("--post {code} という職はありません。/staff/people で確かめてください。")))?)
        }
    };
    let drawn = FirstPassword::draw(&city.world, &city.keeper).await;
    let (password, text) = drawn.map_err(|e| Problem::new(format!("パスワードを作れません({e})。")))?;
    let world = city.world.clone();
    let added = city
        .db
        .write(ACT, async move |tx: &mut Tx<'_>| {
            let person = people::add_person(tx, &world, Actor::Command, &data, Some(&password)).await?;
            if let Some(post) = held {
                people::hold(tx, &world, Actor::Command, Hold { person, post, day, concurrent: false }).await?;
            }
            Ok::<_, PersonError>(person)
        })
        .await;
    match added {
        Ok(_) => {
            say(to, format!("加えました: ログイン名 {login}   最初のパスワード {text}"));
            say(to, "このパスワードは二度と表示されません。本人に手渡し、最初のサインインで変えてもらってください。");
            Ok(())
        }
        Err(PersonError::Store(e)) => Err(e.into()),
        Err(other) => Err(Problem::new(format!("加えられません({other})。"))),
    }
}
