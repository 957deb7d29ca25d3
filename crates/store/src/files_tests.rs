//! Contents come, are shared, and go when nobody needs them.

use kernel::time::TestClock;

use super::*;
use crate::testing::TempFolder;

const ACT: Act = Act::resident("test");

struct Room {
    db: Db,
    folder: TempFolder,
    files: Files,
    clock: TestClock,
    world: World,
}

impl Room {
    fn new(db: Db) -> Self {
        let folder = TempFolder::new();
        // Files carry the time of the machine, so the clock starts there.
        let clock = TestClock::at(World::real().now());
        let world = World::fixed(clock.clone(), 1);
        Self { db, files: Files::open(folder.path()).unwrap(), folder, clock, world }
    }

    async fn add(&self, bytes: &[u8], holder: u128) -> Digest {
        let digest = self.files.save(&self.world, bytes.to_vec()).await.unwrap();
        let size = bytes.len() as u64;
        let refer = async move |tx: &mut Tx<'_>| refer(tx, digest, size, "text/plain", Uuid::from_u128(holder)).await;
        self.db.write(ACT, refer).await.unwrap();
        digest
    }

    async fn release(&self, digest: Digest, holder: u128) {
        let world = self.world.clone();
        let release = async move |tx: &mut Tx<'_>| release(tx, &world, digest, Uuid::from_u128(holder)).await;
        self.db.write(ACT, release).await.unwrap();
    }

    async fn sweep(&self) -> usize {
        self.files.sweep(&self.db, &self.world).await.unwrap()
    }
}

crate::both! {
    async fn contents_come_back_and_are_kept_once(db: Db) {
        let room = Room::new(db);
        let digest = room.add("写真".as_bytes(), 1).await;
        assert_eq!(room.add("写真".as_bytes(), 2).await, digest);
        assert_eq!(room.files.load(digest).await.unwrap(), "写真".as_bytes());
        let known = room.db.read(async move |tx: &mut Tx<'_>| find(tx, digest).await).await.unwrap();
        assert_eq!(known, Some((6, "text/plain".to_owned())));
        assert!(matches!(room.files.load(Digest::of(b"other")).await, Err(FilesError::Missing(_))));
        assert_eq!(Digest::parse(&digest.to_string()), Some(digest));
    }

    async fn a_content_goes_two_days_after_its_last_reference(db: Db) {
        let room = Room::new(db);
        let (shared, kept) = (room.add(b"shared", 1).await, room.add(b"kept", 1).await);
        room.add(b"shared", 2).await;
        room.release(shared, 1).await;
        room.clock.advance(KEPT * 2);
        assert_eq!(room.sweep().await, 0, "somebody still refers to it");
        room.release(shared, 2).await;
        room.clock.advance(KEPT / 2);
        assert_eq!(room.sweep().await, 0, "too early");
        room.clock.advance(KEPT);
        assert_eq!(room.sweep().await, 1);
        assert!(matches!(room.files.load(shared).await, Err(FilesError::Missing(_))));
        assert_eq!(room.files.load(kept).await.unwrap(), b"kept");
    }

    async fn a_content_used_again_stays(db: Db) {
        let room = Room::new(db);
        let digest = room.add(b"again", 1).await;
        room.release(digest, 1).await;
        room.clock.advance(KEPT * 2);
        room.add(b"again", 2).await;
        assert_eq!(room.sweep().await, 0);
        assert_eq!(room.files.load(digest).await.unwrap(), b"again");
    }

    async fn what_a_crash_left_is_swept(db: Db) {
        let room = Room::new(db);
        let orphan = room.files.save(&room.world, b"saved, never referred to".to_vec()).await.unwrap();
        fs::write(room.folder.path().join("new/half"), b"half").unwrap();
        assert_eq!(room.sweep().await, 0, "its transaction may still come");
        room.clock.advance(KEPT * 2);
        assert_eq!(room.sweep().await, 2);
        assert!(matches!(room.files.load(orphan).await, Err(FilesError::Missing(_))));
    }

    async fn a_damaged_file_is_not_handed_out(db: Db) {
        let room = Room::new(db);
        let digest = room.add(b"whole", 1).await;
        fs::write(room.files.path(digest), b"rotten").unwrap();
        assert!(matches!(room.files.load(digest).await, Err(FilesError::Damaged(_))));
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = TempFolder::new();
    let blocked = folder.path().join("blocked");
    fs::write(&blocked, b"a file").unwrap();
    let error = Files::open(&blocked).unwrap_err();
    assert!(error.to_string().contains("blocked"), "{error}");
}
