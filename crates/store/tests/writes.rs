//! Writes of both kinds at once, on SQLite: everybody is answered for their own, and the file holds what was answered.

use labelkeep_store::{Db, DbSettings, StoreError, Tx, args};

/// Adds a row; every seventh fails behind its change, which must go.
async fn insert(tx: &mut Tx, number: i64) -> Result<i64, StoreError> {
    tx.execute(
        "INSERT INTO login_attempt (subject, at) VALUES ('test', $1)",
        args![number],
    )
    .await?;
    if number % 7 == 0 {
        return Err(StoreError::NoRow);
    }
    Ok(number)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn synced_and_unsynced_writes_share_the_writer_and_keep_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = DbSettings::Sqlite(folder.path().join("test.sqlite3"));
    let db = Db::open(&settings).await.expect("opens");
    let writes: Vec<_> = (0..200_i64)
        .map(|number| {
            let db = db.clone();
            tokio::spawn(async move {
                if number % 3 == 0 {
                    db.write(move |tx| Box::pin(insert(tx, number))).await
                } else {
                    db.write_unsynced(move |tx| Box::pin(insert(tx, number))).await
                }
            })
        })
        .collect();
    let mut answered = Vec::new();
    for write in writes {
        answered.extend(write.await.expect("no panic").ok());
    }
    assert_eq!(
        answered,
        (0..200).filter(|number| number % 7 != 0).collect::<Vec<i64>>()
    );
    db.close().await;
    let db = Db::open(&settings).await.expect("opens again");
    let rows: Vec<(i64,)> = db
        .all("SELECT at FROM login_attempt ORDER BY at", args![])
        .await
        .expect("rows");
    assert_eq!(rows.into_iter().map(|(at,)| at).collect::<Vec<_>>(), answered);
}
