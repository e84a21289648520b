//! A private Postgres in the data folder, when no `DATABASE_URL` is given: found, made, started, adopted after a crash
//! of ours, stopped with us. Postgres refuses to run as root, so as root it runs as an unprivileged user.

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Gid, Pid, Uid, chown};
use rand::RngCore;
use secrecy::{ExposeSecret, SecretString};
use sqlx::{Connection, PgConnection};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::Command;

const UNPRIVILEGED: u32 = 65_534;
const DATABASE: &str = "lux";

/// A running private Postgres.
pub struct PrivatePostgres {
    url: SecretString,
    pid: Pid,
}

/// The folder with `initdb` and `postgres`, or where we looked.
pub fn find_programs(configured: Option<&Path>, wanted_major: Option<u32>) -> Result<PathBuf, String> {
    let mut candidates: Vec<PathBuf> = configured.map(Path::to_path_buf).into_iter().collect();
    let tools = std::env::var_os("LUX_TOOLS_DIR").map(PathBuf::from).or_else(|| {
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        cache.or_else(|| std::env::home_dir().map(|h| h.join(".cache"))).map(|c| c.join("lux-tools"))
    });
    candidates.extend(tools.iter().flat_map(|t| children(t, "postgres-")).map(|p| p.join("bin")));
    candidates.extend(children(Path::new("/usr/lib/postgresql"), "").into_iter().map(|p| p.join("bin")));
    candidates.extend(children(Path::new("/usr"), "pgsql-").into_iter().map(|p| p.join("bin")));
    candidates.extend([PathBuf::from("/usr/local/pgsql/bin"), PathBuf::from("/opt/homebrew/bin")]);
    candidates.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths).collect::<Vec<_>>());
    let usable: Vec<_> =
        candidates.into_iter().filter(|c| c.join("initdb").is_file() && c.join("postgres").is_file()).collect();
    let matching = wanted_major.and_then(|major| usable.iter().find(|c| major_of(c) == Some(major)).cloned());
    match (matching, wanted_major, usable.into_iter().next()) {
        (Some(found), ..) => Ok(found),
        (None, Some(major), Some(other)) => Err(format!(
            "The data folder was made by PostgreSQL {major}, but only {} was found. Install PostgreSQL {major} or set LUX_PG_BIN to its bin folder.",
            other.display()
        )),
        (None, None, Some(found)) => Ok(found),
        (None, _, None) => Err(
            "No PostgreSQL was found. Run `make run` once (it installs one), install PostgreSQL 15 or newer, set LUX_PG_BIN to its bin folder, or set DATABASE_URL.".into(),
        ),
    }
}

/// Sub-folders whose name starts with `prefix`, newest version first.
fn children(folder: &Path, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return vec![] };
    let mut found: Vec<_> = entries
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with(prefix)))
        .collect();
    let version = |p: &PathBuf| {
        let name = p.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse::<u32>().ok()).collect::<Vec<_>>()
    };
    found.sort_by_key(|p| std::cmp::Reverse(version(p)));
    found
}

fn major_of(bin: &Path) -> Option<u32> {
    let out = std::process::Command::new(bin.join("postgres")).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    text.split_whitespace().find_map(|w| w.split(['.', 'b', 'r']).next()?.parse().ok())
}

/// How to run a Postgres program: directly, or as root under an unprivileged user.
struct Runner {
    prefix: Vec<String>,
}

impl Runner {
    async fn new(bin: &Path, data: &Path) -> Result<Self, String> {
        if !Uid::effective().is_root() {
            return Ok(Self { prefix: vec![] });
        }
        let plain: Vec<String> =
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"].map(String::from).into();
        // Below a folder that others may not enter (/root), the user keeps just the right to pass through.
        let passing: Vec<String> = plain
            .iter()
            .cloned()
            .chain(
                ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"]
                    .map(String::from),
            )
            .collect();
        for prefix in [plain, passing] {
            let runner = Self { prefix };
            let program = bin.join("postgres");
            let mut test = runner.command(Path::new("test"));
            test.arg("-x").arg(&program).arg("-a").arg("-w").arg(data).stderr(Stdio::null());
            if test.status().await.is_ok_and(|s| s.success()) {
                return Ok(runner);
            }
        }
        Err(format!(
            "PostgreSQL does not run as root, and the user “nobody” cannot use {} and {}. Start LUX as an ordinary user, or set LUX_DATA_DIR to a folder that others may enter (and check that `setpriv` is installed).",
            bin.display(),
            data.display()
        ))
    }

    fn command(&self, program: &Path) -> Command {
        match self.prefix.split_first() {
            None => Command::new(program),
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command.args(rest).arg(program);
                command
            }
        }
    }
}

impl PrivatePostgres {
    /// Starts (or takes over, or makes) the Postgres of this data folder.
    pub async fn start(data_dir: &Path, configured: Option<&Path>) -> Result<Self, String> {
        let cluster = data_dir.join("postgres");
        let major = std::fs::read_to_string(cluster.join("PG_VERSION")).ok().and_then(|v| v.trim().parse().ok());
        let bin = find_programs(configured, major)?;
        std::fs::create_dir_all(&cluster).map_err(|e| unusable(&cluster, &e))?;
        std::fs::set_permissions(&cluster, std::fs::Permissions::from_mode(0o700))
            .map_err(|e| unusable(&cluster, &e))?;
        if Uid::effective().is_root() {
            chown(&cluster, Some(Uid::from_raw(UNPRIVILEGED)), Some(Gid::from_raw(UNPRIVILEGED)))
                .map_err(|e| format!("{} cannot be given to an unprivileged user: {e}", cluster.display()))?;
        }
        let runner = Runner::new(&bin, &cluster).await?;
        let password = data_dir.join("postgres.password");
        if major.is_none() {
            initialise(&runner, &bin, &cluster, &password).await?;
        }
        let secret = std::fs::read_to_string(&password).map_err(|e| unusable(&password, &e))?;
        if let Some(running) = adopt(&cluster, secret.trim()).await {
            tracing::info!("took over the private Postgres that was still running");
            return Ok(running);
        }
        launch(&runner, &bin, &cluster, data_dir, secret.trim()).await
    }

    /// The address of the Postgres of this data folder that another process runs, if it does.
    pub async fn running(data_dir: &Path) -> Option<SecretString> {
        let secret = std::fs::read_to_string(data_dir.join("postgres.password")).ok()?;
        adopt(&data_dir.join("postgres"), secret.trim()).await.map(|running| running.url)
    }

    pub fn url(&self) -> &SecretString {
        &self.url
    }

    /// A fast shutdown: sessions are ended, nothing that was committed is lost.
    pub async fn stop(self) {
        let _ = kill(self.pid, Signal::SIGINT);
        let give_up = Instant::now() + Duration::from_secs(20);
        while is_alive(self.pid) && Instant::now() < give_up {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

fn unusable(path: &Path, error: &std::io::Error) -> String {
    format!("{} cannot be used: {error}. Check the permissions, or set LUX_DATA_DIR to another folder.", path.display())
}

/// A child that ended but was not collected yet still answers `kill 0`; its state tells.
fn is_alive(pid: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
    match stat {
        Ok(stat) => !stat.rsplit(')').next().unwrap_or_default().trim_start().starts_with('Z'),
        Err(_) => !Path::new("/proc/self").exists() && kill(pid, None).is_ok(),
    }
}

async fn initialise(runner: &Runner, bin: &Path, cluster: &Path, password: &Path) -> Result<(), String> {
    tracing::info!(folder = %cluster.display(), "making a private Postgres");
    let mut bytes = [0u8; 24];
    rand::rng().fill_bytes(&mut bytes);
    let secret: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    let private = |path: &Path, text: &str| -> std::io::Result<()> {
        std::fs::write(path, text)?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
    };
    private(password, &secret).map_err(|e| unusable(password, &e))?;
    // initdb reads it as the unprivileged user; the copy is gone right after.
    let handed = password.with_extension("initdb");
    private(&handed, &secret).map_err(|e| unusable(&handed, &e))?;
    if Uid::effective().is_root() {
        let _ = chown(&handed, Some(Uid::from_raw(UNPRIVILEGED)), Some(Gid::from_raw(UNPRIVILEGED)));
    }
    let output = runner
        .command(&bin.join("initdb"))
        .arg("-D")
        .arg(cluster)
        .args(["-U", DATABASE, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--pwfile"])
        .arg(&handed)
        .env("LC_ALL", "C")
        .current_dir("/")
        .output()
        .await;
    let _ = std::fs::remove_file(&handed);
    let output = output.map_err(|e| format!("initdb did not start: {e}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("PostgreSQL could not make its data folder: {}", String::from_utf8_lossy(&output.stderr).trim()))
}

fn url(port: u16, secret: &str, database: &str) -> String {
    format!("postgres://{DATABASE}:{secret}@127.0.0.1:{port}/{database}?sslmode=disable")
}

/// After a crash of ours Postgres may still be running: take it over instead of failing on its lock.
async fn adopt(cluster: &Path, secret: &str) -> Option<PrivatePostgres> {
    let lock = std::fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
    let mut lines = lock.lines();
    let pid = Pid::from_raw(lines.next()?.trim().parse().ok()?);
    let port = lines.nth(2)?.trim().parse().ok()?;
    if !is_alive(pid) {
        return None;
    }
    let address = url(port, secret, DATABASE);
    let connection = tokio::time::timeout(Duration::from_secs(5), PgConnection::connect(&address)).await.ok()?.ok()?;
    let _ = connection.close().await;
    Some(PrivatePostgres { url: SecretString::from(address), pid })
}

async fn launch(
    runner: &Runner,
    bin: &Path,
    cluster: &Path,
    data_dir: &Path,
    secret: &str,
) -> Result<PrivatePostgres, String> {
    let port = TcpListener::bind(("127.0.0.1", 0))
        .and_then(|l| l.local_addr())
        .map_err(|e| format!("No free port on 127.0.0.1 for the private Postgres: {e}"))?
        .port();
    let log_path = data_dir.join("postgres.log");
    let log =
        std::fs::OpenOptions::new().create(true).append(true).open(&log_path).map_err(|e| unusable(&log_path, &e))?;
    let errors = log.try_clone().map_err(|e| unusable(&log_path, &e))?;
    let mut child = runner
        .command(&bin.join("postgres"))
        .arg("-D")
        .arg(cluster)
        .args(["-p", &port.to_string()])
        .args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="])
        .args(["-c", "max_connections=100", "-c", "shared_buffers=128MB", "-c", "jit=off"])
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors)
        // Ctrl-C reaches the whole group; Postgres is to be stopped by us, after the last query.
        .process_group(0)
        .current_dir("/")
        .spawn()
        .map_err(|e| format!("PostgreSQL did not start: {e}"))?;
    let pid = Pid::from_raw(child.id().unwrap_or_default() as i32);
    let give_up = Instant::now() + Duration::from_secs(60);
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            let log = std::fs::read_to_string(&log_path).unwrap_or_default();
            let tail: Vec<_> = log.lines().rev().take(4).collect();
            let tail = tail.into_iter().rev().collect::<Vec<_>>().join("\n");
            return Err(format!(
                "PostgreSQL stopped at once ({status}). Its log {} ends with:\n{tail}",
                log_path.display()
            ));
        }
        if let Ok(mut connection) = PgConnection::connect(&url(port, secret, "postgres")).await {
            let exists: bool = sqlx::query_scalar("select exists(select from pg_database where datname = $1)")
                .bind(DATABASE)
                .fetch_one(&mut connection)
                .await
                .map_err(|e| e.to_string())?;
            if !exists {
                sqlx::query("create database lux").execute(&mut connection).await.map_err(|e| e.to_string())?;
            }
            let _ = connection.close().await;
            break;
        }
        if Instant::now() > give_up {
            return Err(format!("PostgreSQL did not answer within 60 s; see {}.", log_path.display()));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // Collects the child when it ends, so that `is_alive` sees it go.
    tokio::spawn(async move {
        let _ = child.wait().await;
    });
    Ok(PrivatePostgres { url: SecretString::from(url(port, secret, DATABASE)), pid })
}

/// The address without its password, for people.
pub fn describe(url: &SecretString) -> String {
    url::Url::parse(url.expose_secret()).map_or_else(
        |_| "the given DATABASE_URL".into(),
        |u| format!("{}:{}{}", u.host_str().unwrap_or("localhost"), u.port().unwrap_or(5432), u.path()),
    )
}
