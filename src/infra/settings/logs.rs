//! Which logs the diagnostics page reads. Only the settings name them, never a request.

use super::Reader;
use std::path::PathBuf;

#[derive(Clone, Debug, Default)]
pub struct Logs {
    /// `LUX_LOG_NGINX_ERROR`
    pub nginx_error: Option<PathBuf>,
    /// `LUX_LOG_NGINX_ACCESS`
    pub nginx_access: Option<PathBuf>,
    /// `LUX_LOG_APP`: of another program in front of this one or beside it.
    pub app: Option<PathBuf>,
    /// `LUX_LOG_OWN`: where this program's standard error is written to, as text or JSON.
    pub own: Option<PathBuf>,
    /// `LUX_LOG_JOURNAL_UNIT`: a unit of systemd.
    pub journal_unit: Option<String>,
    /// `LUX_JOURNALCTL`: the program that reads the journal; looked for in `PATH` unless it is set.
    pub journalctl: Option<PathBuf>,
}

impl Logs {
    pub(super) fn read(r: &mut Reader) -> Self {
        let file = |r: &mut Reader, name: &str| {
            r.parsed(name, None, "use the whole path of a file, such as /var/log/nginx/error.log.", |v| {
                Some(PathBuf::from(v)).filter(|path| path.is_absolute() && !v.contains('\0')).map(Some)
            })
        };
        Self {
            nginx_error: file(r, "LUX_LOG_NGINX_ERROR"),
            nginx_access: file(r, "LUX_LOG_NGINX_ACCESS"),
            app: file(r, "LUX_LOG_APP"),
            own: file(r, "LUX_LOG_OWN"),
            journal_unit: r.parsed("LUX_LOG_JOURNAL_UNIT", None, "use the name of a unit, such as lux.service.", |v| {
                is_unit(v).then(|| Some(v.to_owned()))
            }),
            journalctl: match file(r, "LUX_JOURNALCTL") {
                None => super::found_in_path(r.get, "journalctl"),
                named => named,
            },
        }
    }
}

/// Letters and signs of which names of units consist; none of them is an option of a program.
fn is_unit(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@' | ':' | '\\');
    (1..=255).contains(&name.len()) && !name.starts_with('-') && name.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::is_unit;

    #[test]
    fn a_unit_is_a_name_and_no_option() {
        for (name, is) in [
            ("lux.service", true),
            ("lux@1.service", true),
            ("--file=/etc/passwd", false),
            ("a b", false),
            ("", false),
            ("lux;id", false),
        ] {
            assert_eq!(is_unit(name), is, "{name}");
        }
    }
}
