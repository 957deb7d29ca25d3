//! What went wrong, as one sentence that says what to do; every command ends with it or succeeds.

use std::{fmt, io, net::SocketAddr, path::Path};

use store::FolderError;

/// One plain sentence for the operator. Exit code 2.
#[derive(Debug)]
pub(crate) struct Problem(String);

impl Problem {
    /// A sentence of its own.
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// A listener could not be opened.
    pub(crate) fn listen(address: SocketAddr, flag: &str, error: &io::Error) -> Self {
        Self(match error.kind() {
            io::ErrorKind::AddrInUse => {
                format!("{address} はほかのプログラムが使っています。{flag} で別の番号を指定してください。")
            }
            io::ErrorKind::AddrNotAvailable => {
                format!("{address} はこのコンピューターのアドレスではありません。{flag} を確かめてください。")
            }
            io::ErrorKind::PermissionDenied => {
                format!("{address} で待ち受ける権限がありません。{flag} に 1024 以上の番号を指定してください。")
            }
            _ => format!("{address} で待ち受けられません({error})。{flag} を確かめてください。"),
        })
    }

    /// A file could not be read or written.
    pub(crate) fn file(path: &Path, error: &io::Error) -> Self {
        let path = path.display();
        Self(match error.kind() {
            io::ErrorKind::NotFound => format!("{path} が見つかりません。場所と名前を確かめてください。"),
            io::ErrorKind::PermissionDenied => format!("{path} を開く権限がありません。権限を確かめてください。"),
            io::ErrorKind::StorageFull => {
                format!("{path} のあるディスクがいっぱいです。空きを作ってからやり直してください。")
            }
            io::ErrorKind::AlreadyExists => format!("{path} はすでにあります。別の名前を指定してください。"),
            _ => format!("{path} を使えません({error})。"),
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<FolderError> for Problem {
    fn from(error: FolderError) -> Self {
        Self(match error {
            FolderError::Owned(path) => format!(
                "データのフォルダー {} は動いているサーバーが使っています。先にそのサーバーを止めるか、--data で別のフォルダーを指定してください。",
                path.display()
            ),
            FolderError::Network { path, kind } => format!(
                "データのフォルダー {} はネットワーク上({kind})にあり、データベースが壊れるおそれがあります。--data でこのコンピューターのディスクを指定するか、--database で PostgreSQL を使ってください。",
                path.display()
            ),
            FolderError::Unusable { path, source } => match source.kind() {
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => format!(
                    "データのフォルダー {} に書き込めません。権限を確かめるか、--data で別のフォルダーを指定してください。",
                    path.display()
                ),
                io::ErrorKind::StorageFull => {
                    format!(
                        "データのフォルダー {} のあるディスクがいっぱいです。空きを作ってからやり直してください。",
                        path.display()
                    )
                }
                _ => {
                    format!("データのフォルダー {} を使えません({source})。--data を確かめてください。", path.display())
                }
            },
        })
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        use store::Error;
        Self(match &error {
            Error::Away(reason) => format!(
                "データベースにつながりません({reason})。データベースが動いているか、--database とデータのフォルダーの権限を確かめてください。"
            ),
            Error::Busy => "データベースが混み合っています。しばらくしてからやり直してください。".to_owned(),
            Error::Full(_) => "ディスクがいっぱいで書き込めません。空きを作ってからやり直してください。".to_owned(),
            Error::Schema(reason) => format!("データベースの版が合いません: {reason}"),
            other => format!("データベースの処理に失敗しました({other})。何も書き込まれていません。"),
        })
    }
}
