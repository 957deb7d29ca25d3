//! What every handler is given: the database, the world, the city, the configuration.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use kernel::World;
use people::{Keeper, Policy};
use places::City;
use store::{Db, EVERYTHING};
use tokio::sync::watch;

use crate::address::{Block, PublicUrl};
use crate::cached::Kept;
use crate::city;
use crate::headers::Fixed;
use crate::live::Live;
use crate::openapi::Reason;
use crate::page::NavItem;

/// How this server is reached and what it may reach.
#[derive(Debug, Clone)]
pub struct Config {
    /// `YOKOGUSHI_PUBLIC_URL`: where residents' browsers find us.
    pub public_url: PublicUrl,
    /// Where staff find us, when that is another address (`--staff-listen`).
    pub staff_url: Option<PublicUrl>,
    /// `YOKOGUSHI_TRUSTED_PROXIES`: whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Block>,
    /// The map tile server, when the city uses one.
    pub tiles: Option<String>,
    /// How strict sign-in is.
    pub policy: Policy,
    /// Streams of "changed" held open at once.
    pub live_limit: usize,
}

impl Config {
    /// The usual configuration for an address.
    pub fn new(public_url: PublicUrl) -> Self {
        Self {
            public_url,
            staff_url: None,
            trusted_proxies: Vec::new(),
            tiles: None,
            policy: Policy::default(),
            live_limit: 4000,
        }
    }

    /// Where staff find us.
    pub fn staff_url(&self) -> &PublicUrl {
        self.staff_url.as_ref().unwrap_or(&self.public_url)
    }
}

/// The state of every handler; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// What [`App`] holds; read through it.
pub struct Inner {
    /// The database.
    pub db: Db,
    /// Clock and chance.
    pub world: World,
    /// How we are reached.
    pub config: Config,
    /// Checks and makes passwords, a few at a time.
    pub keeper: Keeper,
    /// The back office's rail, from all faces.
    pub nav: Vec<NavItem>,
    /// The API's description, made with the router.
    pub(crate) description: OnceLock<Kept>,
    /// The problems its operations name.
    pub(crate) reasons: OnceLock<Vec<Reason>>,
    pub(crate) live: Arc<Live>,
    pub(crate) public_headers: Fixed,
    pub(crate) staff_headers: Fixed,
    city: RwLock<Arc<City>>,
}

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl App {
    /// Reads the city and begins to watch for its changes; must be called inside a tokio runtime.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn open(
        db: Db,
        world: World,
        config: Config,
        keeper: Keeper,
        nav: Vec<NavItem>,
    ) -> Result<Self, store::Error> {
        let city = city::read(&db).await?;
        let live = Live::watching(&db, config.live_limit);
        let app = Self(Arc::new(Inner {
            public_headers: Fixed::new(&config.public_url, config.tiles.as_deref()),
            staff_headers: Fixed::new(config.staff_url(), config.tiles.as_deref()),
            db,
            world,
            config,
            keeper,
            nav,
            live,
            description: OnceLock::new(),
            reasons: OnceLock::new(),
            city: RwLock::new(Arc::new(city)),
        }));
        app.watch_city();
        Ok(app)
    }

    /// Who the city is, as last changed.
    pub fn city(&self) -> Arc<City> {
        Arc::clone(&self.city.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// A number that grows whenever something under one of the topics changed.
    pub fn version(&self, topics: &[&str]) -> u64 {
        self.live.version(topics)
    }

    /// Ends open streams when `stop` says true, so that the server need not wait for them.
    pub fn end_streams_at(&self, mut stop: watch::Receiver<bool>) {
        let live = Arc::downgrade(&self.live);
        tokio::spawn(async move {
            // A sender that is gone is a stop as well.
            drop(stop.wait_for(|stop| *stop).await.map(|_| ()));
            if let Some(live) = live.upgrade() {
                live.end();
            }
        });
    }

    fn watch_city(&self) {
        let mut changes = self.db.listen();
        // Weak: the watch must not keep the program's state alive.
        let weak = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            loop {
                let changed = match changes.recv().await {
                    Ok(topic) => &*topic == city::TOPIC || &*topic == EVERYTHING,
                    Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => true,
                    Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
                };
                if !changed {
                    continue;
                }
                let Some(inner) = weak.upgrade() else { return };
                match city::read(&inner.db).await {
                    Ok(city) => *inner.city.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(city),
                    Err(error) => tracing::warn!(%error, "the city's own data could not be read again"),
                }
            }
        });
    }
}
