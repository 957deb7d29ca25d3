//! The transaction a use case receives, one type for both engines.

use futures_util::{StreamExt as _, TryFutureExt as _, future::try_join_all};
use rusqlite::Connection;

use crate::{Error, FromValue, Row, Statement, Topic, Value, dialect, value};

/// What runs once the commit is on disk. It must be quick and must not fail.
pub(crate) type Hook = Box<dyn FnOnce() + Send>;

pub(crate) enum Link<'c> {
    Sqlite(&'c mut Connection),
    Postgres(&'c deadpool_postgres::Transaction<'c>),
    /// Statements without a transaction around them: point reads.
    Plain(&'c deadpool_postgres::Client),
}

/// An open transaction. It ends with the body it was given to: `Ok` commits, `Err` rolls back.
pub struct Tx<'c> {
    link: Link<'c>,
    pub(crate) hooks: Vec<Hook>,
    pub(crate) topics: Vec<Topic>,
    /// PostgreSQL asked for the whole transaction to be repeated (40001, 40P01).
    pub(crate) repeat: bool,
    /// The connection broke.
    pub(crate) broken: bool,
}

impl<'c> Tx<'c> {
    pub(crate) fn new(link: Link<'c>) -> Self {
        Self { link, hooks: Vec::new(), topics: Vec::new(), repeat: false, broken: false }
    }

    /// Runs `hook` after the commit, on this node; never if the transaction rolls back.
    pub fn after_commit(&mut self, hook: impl FnOnce() + Send + 'static) {
        self.hooks.push(Box::new(hook));
    }

    /// Tells every listener on every node after the commit that something under `topic` changed.
    pub fn announce(&mut self, topic: impl Into<Topic>) {
        let topic = topic.into();
        if !self.topics.contains(&topic) {
            self.topics.push(topic);
        }
    }

    /// Runs a statement; the number of rows it changed.
    ///
    /// # Errors
    /// Any [`Error`]; the transaction must then be given up by returning `Err`.
    pub async fn exec(&mut self, statement: &Statement, params: &[Value]) -> Result<u64, Error> {
        match &mut self.link {
            Link::Sqlite(connection) => exec_sqlite(connection, statement, params),
            Link::Postgres(_) | Link::Plain(_) => {
                let prepared = self.prepare(statement).await?;
                let done = match &self.link {
                    Link::Postgres(tx) => tx.execute_raw(&prepared, params).await,
                    Link::Plain(client) => client.execute_raw(&prepared, params).await,
                    Link::Sqlite(_) => return Err(Error::Lost("the engine changed".to_owned())),
                };
                done.map_err(|e| self.note(statement, &e))
            }
        }
    }

    /// Runs a query; all rows.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn all(&mut self, statement: &Statement, params: &[Value]) -> Result<Vec<Row>, Error> {
        match &mut self.link {
            Link::Sqlite(connection) => all_sqlite(connection, statement, params),
            Link::Postgres(_) | Link::Plain(_) => {
                let prepared = self.prepare(statement).await?;
                let params: Vec<&(dyn postgres_types::ToSql + Sync)> = params.iter().map(|p| p as _).collect();
                let rows = match &self.link {
                    Link::Postgres(tx) => tx.query(&prepared, &params).await,
                    Link::Plain(client) => client.query(&prepared, &params).await,
                    Link::Sqlite(_) => return Err(Error::Lost("the engine changed".to_owned())),
                };
                let rows = rows.map_err(|e| self.note(statement, &e))?;
                rows.iter()
                    .map(|row| value::from_postgres(row).map_err(|e| Error::postgres(statement.name, &e)))
                    .collect()
            }
        }
    }

    /// Runs a query and gives each row to `take` as it comes, without holding all of them.
    ///
    /// # Errors
    /// Any [`Error`], or the first one `take` returns.
    pub async fn each(
        &mut self,
        statement: &Statement,
        params: &[Value],
        mut take: impl FnMut(Row) -> Result<(), Error> + Send,
    ) -> Result<(), Error> {
        if let Link::Sqlite(connection) = &mut self.link {
            return each_sqlite(connection, statement, params, &mut take);
        }
        let prepared = self.prepare(statement).await?;
        let stream = match &self.link {
            Link::Postgres(tx) => tx.query_raw(&prepared, params).await,
            Link::Plain(client) => client.query_raw(&prepared, params).await,
            Link::Sqlite(_) => return Err(Error::Lost("the engine changed".to_owned())),
        };
        let mut stream = std::pin::pin!(stream.map_err(|e| self.note(statement, &e))?);
        while let Some(row) = stream.next().await {
            let row = row.and_then(|row| value::from_postgres(&row)).map_err(|e| self.note(statement, &e))?;
            take(row)?;
        }
        Ok(())
    }

    /// Runs a query that finds at most one row (the first is taken).
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn opt(&mut self, statement: &Statement, params: &[Value]) -> Result<Option<Row>, Error> {
        Ok(self.all(statement, params).await?.into_iter().next())
    }

    /// Runs a query that must find a row.
    ///
    /// # Errors
    /// [`Error::NoRow`] if it finds none.
    pub async fn one(&mut self, statement: &Statement, params: &[Value]) -> Result<Row, Error> {
        self.opt(statement, params).await?.ok_or(Error::NoRow(statement.name))
    }

    /// The first column of the one row a query must find.
    ///
    /// # Errors
    /// [`Error::NoRow`], [`Error::Column`].
    pub async fn value<T: FromValue>(&mut self, statement: &Statement, params: &[Value]) -> Result<T, Error> {
        self.one(statement, params).await?.get(0)
    }

    /// Runs one statement for every set of parameters, on PostgreSQL in one round trip.
    /// The total number of rows changed.
    ///
    /// # Errors
    /// The first [`Error`].
    pub async fn batch(&mut self, statement: &Statement, sets: &[Vec<Value>]) -> Result<u64, Error> {
        match &mut self.link {
            Link::Sqlite(connection) => {
                let mut sum = 0;
                for params in sets {
                    sum += exec_sqlite(connection, statement, params)?;
                }
                Ok(sum)
            }
            Link::Postgres(_) | Link::Plain(_) => {
                let prepared = self.prepare(statement).await?;
                let done = match &self.link {
                    Link::Postgres(tx) => {
                        try_join_all(sets.iter().map(|params| tx.execute_raw(&prepared, params))).await
                    }
                    Link::Plain(client) => {
                        try_join_all(sets.iter().map(|params| client.execute_raw(&prepared, params))).await
                    }
                    Link::Sqlite(_) => return Err(Error::Lost("the engine changed".to_owned())),
                };
                Ok(done.map_err(|e| self.note(statement, &e))?.into_iter().sum())
            }
        }
    }

    /// Runs one query for every set of parameters, on PostgreSQL in one round trip; the first row of each, if it has one.
    ///
    /// # Errors
    /// The first [`Error`].
    pub async fn gather(&mut self, statement: &Statement, sets: &[Vec<Value>]) -> Result<Vec<Option<Row>>, Error> {
        if let Link::Sqlite(connection) = &mut self.link {
            let first =
                |params: &Vec<Value>| all_sqlite(connection, statement, params).map(|rows| rows.into_iter().next());
            return sets.iter().map(first).collect();
        }
        let prepared = self.prepare(statement).await?;
        let bound: Vec<Vec<&(dyn postgres_types::ToSql + Sync)>> =
            sets.iter().map(|params| params.iter().map(|p| p as _).collect()).collect();
        let found = match &self.link {
            Link::Postgres(tx) => try_join_all(bound.iter().map(|params| tx.query_opt(&prepared, params))).await,
            Link::Plain(client) => try_join_all(bound.iter().map(|params| client.query_opt(&prepared, params))).await,
            Link::Sqlite(_) => return Err(Error::Lost("the engine changed".to_owned())),
        };
        let rows =
            found.and_then(|rows| rows.iter().map(|row| row.as_ref().map(value::from_postgres).transpose()).collect());
        rows.map_err(|e| self.note(statement, &e))
    }

    /// Runs several statements, on PostgreSQL in one round trip; the rows each changed.
    /// Later statements must not depend on how many rows earlier ones changed.
    ///
    /// # Errors
    /// The first [`Error`].
    pub async fn pipeline(&mut self, steps: &[(&Statement, Vec<Value>)]) -> Result<Vec<u64>, Error> {
        if let Link::Sqlite(connection) = &mut self.link {
            return steps.iter().map(|(statement, params)| exec_sqlite(connection, statement, params)).collect();
        }
        let mut prepared = Vec::with_capacity(steps.len());
        for (statement, _) in steps {
            prepared.push(self.prepare(statement).await?);
        }
        // Which connection it is stands outside the futures: one that borrowed the link could not move between threads.
        let sent = match &self.link {
            Link::Postgres(tx) => {
                let sent = steps.iter().zip(&prepared).map(|((statement, params), prepared)| {
                    tx.execute_raw(prepared, params).map_err(move |e| (*statement, e))
                });
                try_join_all(sent).await
            }
            Link::Plain(client) => {
                let sent = steps.iter().zip(&prepared).map(|((statement, params), prepared)| {
                    client.execute_raw(prepared, params).map_err(move |e| (*statement, e))
                });
                try_join_all(sent).await
            }
            Link::Sqlite(_) => return Err(Error::Lost("the engine changed".to_owned())),
        };
        sent.map_err(|(statement, e)| self.note(statement, &e))
    }

    async fn prepare(&mut self, statement: &Statement) -> Result<tokio_postgres::Statement, Error> {
        let sql = dialect::postgres(statement.sql);
        let prepared = match &self.link {
            Link::Postgres(tx) => tx.prepare_cached(&sql).await,
            Link::Plain(client) => client.prepare_cached(&sql).await,
            Link::Sqlite(_) => return Err(Error::Lost("the engine changed".to_owned())),
        };
        prepared.map_err(|e| self.note(statement, &e))
    }

    fn note(&mut self, statement: &Statement, error: &tokio_postgres::Error) -> Error {
        if let Some(code) = error.code() {
            self.repeat |= matches!(code.code(), "40001" | "40P01");
        }
        let error = Error::postgres(statement.name, error);
        self.broken |= matches!(error, Error::Away(_));
        error
    }

    /// Prepares a statement without running it, for the registry's test.
    ///
    /// # Errors
    /// The engine's refusal.
    pub async fn check(&mut self, statement: &Statement) -> Result<(), Error> {
        if let Link::Sqlite(connection) = &mut self.link {
            return connection
                .prepare(&dialect::sqlite(statement.sql))
                .map(drop)
                .map_err(|e| Error::sqlite(statement.name, &e));
        }
        self.prepare(statement).await.map(drop)
    }
}

/// Binds `$1…` by name: SQLite numbers named parameters by first appearance, not by their digits.
fn bind(prepared: &mut rusqlite::CachedStatement<'_>, params: &[Value]) -> rusqlite::Result<()> {
    const NAMES: [&str; 32] = [
        "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$16", "$17",
        "$18", "$19", "$20", "$21", "$22", "$23", "$24", "$25", "$26", "$27", "$28", "$29", "$30", "$31", "$32",
    ];
    if prepared.parameter_count() != params.len() {
        return Err(rusqlite::Error::InvalidParameterCount(params.len(), prepared.parameter_count()));
    }
    for (name, value) in NAMES.iter().zip(params) {
        let index =
            prepared.parameter_index(name)?.ok_or_else(|| rusqlite::Error::InvalidParameterName((*name).to_owned()))?;
        prepared.raw_bind_parameter(index, value)?;
    }
    Ok(())
}

fn exec_sqlite(connection: &Connection, statement: &Statement, params: &[Value]) -> Result<u64, Error> {
    let run = || {
        let mut prepared = connection.prepare_cached(&dialect::sqlite(statement.sql))?;
        bind(&mut prepared, params)?;
        prepared.raw_execute()
    };
    run().map(|n| n as u64).map_err(|e| Error::sqlite(statement.name, &e))
}

fn all_sqlite(connection: &Connection, statement: &Statement, params: &[Value]) -> Result<Vec<Row>, Error> {
    let mut found = Vec::new();
    each_sqlite(connection, statement, params, &mut |row| {
        found.push(row);
        Ok(())
    })?;
    Ok(found)
}

fn each_sqlite(
    connection: &Connection,
    statement: &Statement,
    params: &[Value],
    take: &mut dyn FnMut(Row) -> Result<(), Error>,
) -> Result<(), Error> {
    let refused = |e: rusqlite::Error| Error::sqlite(statement.name, &e);
    let mut prepared = connection.prepare_cached(&dialect::sqlite(statement.sql)).map_err(refused)?;
    bind(&mut prepared, params).map_err(refused)?;
    let columns = prepared.column_count();
    let mut rows = prepared.raw_query();
    while let Some(row) = rows.next().map_err(refused)? {
        take(value::from_sqlite(row, columns).map_err(refused)?)?;
    }
    Ok(())
}
