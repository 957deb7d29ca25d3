//! Units, posts and those who hold them, through time.

use kernel::World;
use kernel::time::TestClock;
use proptest::prelude::*;

use super::*;

fn world() -> World {
    World::fixed(TestClock::default(), 11)
}

fn unit(id: UnitId, parent: Option<UnitId>, sort: i64) -> Unit {
    Unit {
        id,
        code: sort.to_string(),
        kind: UnitKind::Division,
        parent,
        name: Localized::ja(sort.to_string()),
        telephone: None,
        fax: None,
        hours: None,
        sort,
        valid_from: Day::from_days(0),
        valid_to: None,
    }
}

#[test]
fn a_tree_is_read_from_the_top_and_branch_by_branch() {
    let world = world();
    let [bu, ka1, ka2, kakari, lost, gone] = std::array::from_fn(|_| world.id());
    let units = vec![
        unit(bu, None, 0),
        unit(ka1, Some(bu), 1),
        unit(ka2, Some(bu), 2),
        unit(kakari, Some(ka1), 3),
        unit(lost, Some(gone), 4),
    ];
    let order: Vec<_> = tree(units).into_iter().map(|branch| (branch.unit.sort, branch.depth)).collect();
    assert_eq!(order, [(0, 0), (1, 1), (3, 2), (2, 1), (4, 0)]);
}

#[test]
fn a_unit_cannot_stand_below_itself() {
    let world = world();
    let [bu, ka, kakari] = std::array::from_fn(|_| world.id());
    let units = [unit(bu, None, 0), unit(ka, Some(bu), 1), unit(kakari, Some(ka), 2)];
    assert!(makes_ring(&units, bu, kakari));
    assert!(makes_ring(&units, ka, ka));
    assert!(!makes_ring(&units, kakari, bu));
}

proptest! {
    /// Whatever the parents are, even rings: every unit is listed once.
    #[test]
    fn no_unit_is_lost_or_doubled(parents in prop::collection::vec(prop::option::of(0..12_usize), 0..12)) {
        let world = world();
        let ids: Vec<UnitId> = (0..12).map(|_| world.id()).collect();
        let units: Vec<Unit> = parents.iter().zip(0..).map(|(parent, n)| unit(ids[usize::try_from(n).unwrap()], parent.map(|p| ids[p]), n)).collect();
        let mut listed: Vec<i64> = tree(units).into_iter().map(|branch| branch.unit.sort).collect();
        listed.sort_unstable();
        prop_assert_eq!(listed, (0..i64::try_from(parents.len()).unwrap()).collect::<Vec<_>>());
    }
}

fn held(world: &World, roles: &str, scope: &[UnitId], concurrent: bool) -> HeldPost {
    HeldPost {
        post: world.id(),
        unit: scope[0],
        unit_name: Localized::ja("市民課"),
        title: Localized::ja("主事"),
        roles: Roles::parse(roles).unwrap(),
        concurrent,
        scope: scope.iter().copied().collect(),
    }
}

#[test]
fn a_post_counts_within_its_own_units_only() {
    let world = world();
    let [citizens, tax, other] = std::array::from_fn(|_| world.id());
    let mut staff = Staff {
        session: world.id(),
        person: world.id(),
        name: "佐藤 花子".to_owned(),
        login: "sato".to_owned(),
        posts: vec![held(&world, "窓口責任者", &[citizens], false), held(&world, "窓口 人事", &[tax], true)],
        must: None,
        stale: false,
    };
    assert!(staff.may(Permission::ManageServices, citizens));
    assert!(!staff.may(Permission::ManageServices, tax), "the second post does not manage services");
    assert!(staff.may(Permission::ServeCounter, tax));
    assert!(!staff.may(Permission::ServeCounter, other));
    assert!(staff.may(Permission::ManagePeople, other), "a city-wide permission counts everywhere");
    assert_eq!(staff.units_for(Permission::ManageServices), BTreeSet::from([citizens]));
    assert_eq!(staff.units(), BTreeSet::from([citizens, tax]));
    assert_eq!(Actor::of(&staff, Permission::ManagePeople), Actor::Staff(staff.person, Some(staff.posts[1].post)));

    staff.must = Some(Must::ChangePassword);
    assert_eq!(staff.permissions(), Permissions::NONE, "nothing before the password is changed");
    assert!(!staff.may(Permission::ManagePeople, other) && staff.units().is_empty());
}
