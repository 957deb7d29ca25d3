//! Whose counter it is: the counters of the own 所管, and the post in whose authority one acts there.

use people::{Permission, Unit, UnitId};
use places::Counter;
use shell::{App, Ask, Refusal};
use store::Tx;
use store::audit::Actor;
use visits::{Clerk, CounterId, Service, ServiceId};

/// A counter whose services one may manage.
#[derive(Clone)]
pub(super) struct Mine {
    pub(super) counter: Counter,
    pub(super) unit: UnitId,
    pub(super) clerk: Clerk,
}

impl Mine {
    fn of(ask: &Ask, units: &[Unit], counter: Counter) -> Result<Option<Self>, Refusal> {
        let staff = ask.staff()?;
        let unit = units.iter().find(|unit| unit.code == counter.details.unit_code).map(|unit| unit.id);
        Ok(unit.and_then(|unit| {
            let post = staff.post_for(Permission::ManageServices, unit)?;
            Some(Self { counter, unit, clerk: Clerk { person: staff.person, post } })
        }))
    }

    /// The clerk as the log names them.
    pub(super) fn actor(&self) -> Actor {
        Actor::Staff { person: self.clerk.person.uuid(), post: Some(self.clerk.post.uuid()) }
    }
}

/// Every counter of the own 所管, in the order of lists.
pub(super) async fn mine(app: &App, ask: &Ask) -> Result<Vec<Mine>, Refusal> {
    let day = app.world.today();
    let read = async move |tx: &mut Tx<'_>| {
        Ok::<_, store::Error>((places::counters(tx).await?, people::units(tx, day).await?))
    };
    let (counters, units) = app.db.read(read).await?;
    let mut mine = Vec::new();
    for counter in counters {
        mine.extend(Mine::of(ask, &units, counter)?);
    }
    Ok(mine)
}

/// The counter of an address, if one may manage it.
pub(super) async fn counter(app: &App, ask: &Ask, code: &str) -> Result<Mine, Refusal> {
    let (code, day) = (code.to_owned(), app.world.today());
    let read = async move |tx: &mut Tx<'_>| {
        Ok::<_, store::Error>((places::counter_by_code(tx, &code).await?, people::units(tx, day).await?))
    };
    let (counter, units) = app.db.read(read).await?;
    Mine::of(ask, &units, counter.ok_or_else(Refusal::not_found)?)?.ok_or_else(Refusal::forbidden)
}

/// A service and its counter, if one may manage them.
pub(super) async fn service(app: &App, ask: &Ask, id: ServiceId) -> Result<(Service, Mine), Refusal> {
    let day = app.world.today();
    let read = async move |tx: &mut Tx<'_>| {
        let Some(service) = visits::service(tx, id).await? else { return Ok::<_, store::Error>(None) };
        let counter = places::counter(tx, service.counter).await?;
        Ok(Some((service, counter, people::units(tx, day).await?)))
    };
    let (service, counter, units) = app.db.read(read).await?.ok_or_else(Refusal::not_found)?;
    let mine = Mine::of(ask, &units, counter.ok_or_else(Refusal::not_found)?)?;
    Ok((service, mine.ok_or_else(Refusal::forbidden)?))
}

/// The counter somebody chose in a form, out of their own.
pub(super) fn chosen(mine: &[Mine], id: &str) -> Option<CounterId> {
    mine.iter().map(|one| one.counter.id).find(|counter| counter.to_string() == id)
}
