//! Each test gets a database of its own, copied from a migrated template. Postgres is given by `make test`
//! (`LUX_TEST_DATABASE_URL`, a superuser on a server that may be thrown away).

use lux::infra::database;
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use tokio::sync::OnceCell;

static TEMPLATE: OnceCell<String> = OnceCell::const_new();

pub struct Database {
    pub pool: PgPool,
    pub url: String,
    name: String,
}

fn server() -> String {
    std::env::var("LUX_TEST_DATABASE_URL").expect(
        "LUX_TEST_DATABASE_URL is not set: run `make test`, or name a throw-away Postgres server there yourself",
    )
}

fn on(database: &str) -> String {
    let mut url = url::Url::parse(&server()).expect("LUX_TEST_DATABASE_URL is an address");
    url.set_path(database);
    url.to_string()
}

async fn run(connection: &mut PgConnection, statement: String) {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await.expect("the test server obeys");
}

async fn template() -> String {
    let name = format!("lux_template_{}", std::process::id());
    let mut connection = PgConnection::connect(&server()).await.expect("the test server answers");
    run(&mut connection, format!("drop database if exists {name}")).await;
    run(&mut connection, format!("create database {name}")).await;
    let pool = database::connect(&on(&name), 2).await.expect("template");
    database::migrate(&pool).await.expect("migrations");
    pool.close().await;
    name
}

impl Database {
    pub async fn new() -> Self {
        let template = TEMPLATE.get_or_init(template).await;
        let name = format!("lux_t_{}", uuid::Uuid::new_v4().simple());
        let mut connection = PgConnection::connect(&server()).await.expect("the test server answers");
        // Copies of one template are made one at a time.
        run(&mut connection, "select pg_advisory_lock(42)".into()).await;
        run(&mut connection, format!("create database {name} template {template}")).await;
        connection.close().await.expect("closed");
        let url = on(&name);
        let pool = database::connect(&url, 20).await.expect("own database");
        Self { pool, url, name }
    }
}

impl Drop for Database {
    /// Gone with its test, or a day of tests fills the disk. That of a test that failed stays to be looked at.
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the database of this test is {}", self.name);
            return;
        }
        let gone = format!("drop database if exists {} with (force)", self.name);
        let work = async move {
            if let Ok(mut connection) = PgConnection::connect(&server()).await {
                let _ = sqlx::raw_sql(AssertSqlSafe(gone)).execute(&mut connection).await;
            }
        };
        // A thread of its own: this one is inside a runtime.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let _ = std::thread::spawn(move || runtime.map(|runtime| runtime.block_on(work))).join();
    }
}
