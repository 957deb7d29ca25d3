//! The tree above programmes: 政策, 施策, 基本事業, and the names files give them.

use std::collections::{BTreeMap, HashMap};

use kernel::World;
use serde::Serialize;
use store::{Tx, Value};

use crate::batch::Seq;
use crate::{NodeId, live};

store::statements! {
    /// The node with a path, made if need be.
    KNOW = "INSERT INTO plan_node (id, level, path, code, parent) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (level, path) DO UPDATE SET code = excluded.code RETURNING id";
    /// Every node.
    NODES = "SELECT id, level, path, code, parent FROM plan_node ORDER BY path";
    /// Every live name.
    NAMES = concat!("SELECT n.node, n.name, n.uses FROM plan_name n WHERE ", live!("n"), " ORDER BY n.name");
    /// Programmes under each path of live contents.
    COUNTS = concat!("SELECT c.policy, c.measure, c.basic, COUNT(*) FROM plan_content c WHERE ", live!("c"), " GROUP BY c.policy, c.measure, c.basic");
    /// A name a file gives.
    NAME = "INSERT INTO plan_name (node, batch, name, uses, replaced_by) VALUES ($1, $2, $3, $4, NULL)";
    /// Names of earlier files make way.
    REPLACE = "UPDATE plan_name SET replaced_by = $2 WHERE node = $1 AND batch <> $2 AND replaced_by IS NULL";
    /// A batch's names go.
    pub(crate) SWEEP = "DELETE FROM plan_name WHERE batch = $1 AND node IN (SELECT node FROM plan_name WHERE batch = $1 LIMIT 100)";
    /// What the batch had replaced is in force again.
    pub(crate) RESTORE = "UPDATE plan_name SET replaced_by = NULL WHERE replaced_by = $1 AND node IN (SELECT node FROM plan_name WHERE replaced_by = $1 LIMIT 100)";
}

/// The level of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 政策.
    Policy,
    /// 施策.
    Measure,
    /// 基本事業.
    Group,
}

impl Level {
    /// The stored word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Measure => "measure",
            Self::Group => "group",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Policy, Self::Measure, Self::Group].into_iter().find(|level| level.code() == word)
    }
}

/// A node's own codes from the top: one is a 政策, two a 施策, three a 基本事業.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeCode(Vec<String>);

impl NodeCode {
    /// From codes, the topmost first; nothing unless there are one to three, each filled and without `/`.
    #[must_use]
    pub fn new(codes: &[&str]) -> Option<Self> {
        let fit = |code: &&str| !code.is_empty() && !code.contains('/') && code.chars().count() <= 40;
        let good = (1..=3).contains(&codes.len()) && codes.iter().all(fit);
        good.then(|| Self(codes.iter().map(|&code| code.to_owned()).collect()))
    }

    /// How many codes say which level.
    #[must_use]
    pub fn level(&self) -> Level {
        match self.0.len() {
            1 => Level::Policy,
            2 => Level::Measure,
            _ => Level::Group,
        }
    }

    /// The codes with `/` between: the node's path, unique on its level.
    #[must_use]
    pub fn path(&self) -> String {
        self.0.join("/")
    }

    /// Its own code.
    #[must_use]
    pub fn own(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    /// The node above.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let above = &self.0[..self.0.len().saturating_sub(1)];
        if above.is_empty() { None } else { Some(Self(above.to_vec())) }
    }
}

/// A node's names in one file, with how many rows carry each.
pub type Names = BTreeMap<String, u32>;

/// A node as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Node {
    /// Its id, for ever.
    pub id: NodeId,
    /// Its level.
    pub level: Level,
    /// Its own code.
    pub code: String,
    /// All codes with `/` between.
    pub path: String,
    /// The node above.
    pub parent: Option<NodeId>,
    /// The name most rows give it; its code when it has none.
    pub name: String,
    /// The other names, commonest first.
    pub other_names: Vec<String>,
    /// Live programmes below it.
    pub programmes: u64,
}

/// A node in a programme's path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NodeRef {
    /// Its own code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// Where a programme stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Path {
    /// 政策.
    pub policy: NodeRef,
    /// 施策, if the city has them.
    pub measure: Option<NodeRef>,
    /// 基本事業, if the city has them.
    pub group: Option<NodeRef>,
}

/// All nodes that have live programmes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    nodes: Vec<Node>,
    at: HashMap<NodeId, usize>,
}

impl Tree {
    /// In reading order: each node is followed by what is below it.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// A node.
    #[must_use]
    pub fn get(&self, id: NodeId) -> Option<&Node> {
        self.at.get(&id).and_then(|at| self.nodes.get(*at))
    }

    /// A node by its level and path.
    #[must_use]
    pub fn find(&self, level: Level, path: &str) -> Option<&Node> {
        self.nodes.iter().find(|node| node.level == level && node.path == path)
    }

    /// Code and name of a node; its absence reads as blank, which only a reader between two publications can meet.
    #[must_use]
    pub fn named(&self, id: NodeId) -> NodeRef {
        match self.get(id) {
            Some(node) => NodeRef { code: node.code.clone(), name: node.name.clone() },
            None => NodeRef { code: String::new(), name: String::new() },
        }
    }
}

/// The tree as it is published now.
///
/// # Errors
/// Any storage error.
pub async fn tree(tx: &mut Tx<'_>) -> Result<Tree, store::Error> {
    let mut names: HashMap<NodeId, Vec<(u32, String)>> = HashMap::new();
    for row in tx.all(&NAMES, &[]).await? {
        names.entry(row.get(0)?).or_default().push((row.get(2)?, row.get(1)?));
    }
    let mut counts: HashMap<NodeId, u64> = HashMap::new();
    for row in tx.all(&COUNTS, &[]).await? {
        let programmes = u64::try_from(row.get::<i64>(3)?).unwrap_or(0);
        for column in 0..3 {
            if let Some(node) = row.get::<Option<NodeId>>(column)? {
                *counts.entry(node).or_default() += programmes;
            }
        }
    }
    let mut nodes = Vec::new();
    for row in tx.all(&NODES, &[]).await? {
        let id: NodeId = row.get(0)?;
        let Some(&programmes) = counts.get(&id) else { continue };
        let (level, code): (String, String) = (row.get(1)?, row.get(3)?);
        let level = Level::parse(&level).ok_or(store::Error::Column {
            column: 1,
            expected: "a level",
            found: "another word",
        })?;
        let mut known = names.remove(&id).unwrap_or_default();
        // Stable: among equally common names the first by its characters is shown.
        known.sort_by_key(|(uses, _)| std::cmp::Reverse(*uses));
        let mut known = known.into_iter().map(|(_, name)| name);
        let name = known.next().unwrap_or_else(|| code.clone());
        let (path, parent) = (row.get(2)?, row.get(4)?);
        nodes.push(Node { id, level, code, path, parent, name, other_names: known.collect(), programmes });
    }
    nodes.sort_by(|a, b| a.path.split('/').cmp(b.path.split('/')));
    let at = nodes.iter().enumerate().map(|(at, node)| (node.id, at)).collect();
    Ok(Tree { nodes, at })
}

/// The ids of nodes, made where there are none; those above come with them.
///
/// # Errors
/// Any storage error.
pub async fn ensure_nodes(
    tx: &mut Tx<'_>,
    world: &World,
    codes: &[NodeCode],
) -> Result<HashMap<NodeCode, NodeId>, store::Error> {
    let mut wanted: Vec<NodeCode> = Vec::new();
    for code in codes {
        let mut next = Some(code.clone());
        while let Some(code) = next {
            next = code.parent();
            wanted.push(code);
        }
    }
    // Fewer codes first: whatever stands above is known before what is below.
    wanted.sort_by_key(|code| (code.0.len(), code.path()));
    wanted.dedup();
    let mut known: HashMap<NodeCode, NodeId> = HashMap::new();
    for code in wanted {
        let parent = code.parent().and_then(|parent| known.get(&parent).copied());
        let params = [
            world.id::<NodeId>().into(),
            code.level().code().into(),
            code.path().into(),
            code.own().into(),
            parent.into(),
        ];
        let id = tx.value(&KNOW, &params).await?;
        known.insert(code, id);
    }
    Ok(known)
}

/// Statements that give nodes the names of a batch, in place of those they had.
#[must_use]
pub fn rename_nodes(batch: Seq, names: &[(NodeId, Names)]) -> Vec<(&'static store::Statement, Vec<Value>)> {
    let mut steps = Vec::new();
    for (node, names) in names {
        steps.push((&REPLACE, vec![(*node).into(), batch.into()]));
        for (name, uses) in names {
            steps.push((&NAME, vec![(*node).into(), batch.into(), name.into(), (*uses).into()]));
        }
    }
    steps
}
