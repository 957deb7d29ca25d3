//! The commands and their flags, as INTERFACES promises them.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

/// 横串: one program for a city hall. Without a command it serves.
#[derive(Debug, Parser)]
#[command(
    name = "yokogushi",
    version,
    about = "横串 — 市役所の窓口・お知らせ・評価をひとつにするプログラム",
    disable_help_subcommand = true
)]
pub(crate) struct Cli {
    /// What to do; `serve` when nothing is said.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// Flags every command takes.
    #[command(flatten)]
    pub(crate) common: Common,
}

/// Flags every command takes, before or after the files.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Common {
    /// データを置くフォルダー (初期値 ./data)
    #[arg(long, global = true, env = "YOKOGUSHI_DATA", value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// PostgreSQL の場所 postgres://… (なければ組み込みのデータベース)
    #[arg(long, global = true, env = "YOKOGUSHI_DATABASE", value_name = "URL")]
    pub(crate) database: Option<String>,
    /// 設定ファイル (TOML)
    #[arg(long, global = true, env = "YOKOGUSHI_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// One command.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Command {
    /// サーバーを動かす
    Serve(Serve),
    /// ファイルを取り込む (すべて取り込むか、何も取り込まないか)
    Import(Import),
    /// ファイルに書き出す (CSV)
    Export {
        /// 何を書き出すか
        #[command(subcommand)]
        what: Export,
    },
    /// 公開前の下書き(取り込み)を一覧にし、公開または破棄する
    Drafts {
        /// この番号の下書きを公開する
        #[arg(long, value_name = "NUMBER", conflicts_with = "discard")]
        publish: Option<i64>,
        /// この番号の下書きを捨てる
        #[arg(long, value_name = "NUMBER")]
        discard: Option<i64>,
    },
    /// データベースと添付ファイルを1つのファイルに保存する
    Backup {
        /// 保存先
        file: PathBuf,
    },
    /// 保存したファイルから戻す
    Restore {
        /// 保存したファイル
        file: PathBuf,
        /// 中身を確かめるだけで、何も書かない
        #[arg(long)]
        verify_only: bool,
    },
    /// データベースの形を、このプログラムの版に合わせる
    Migrate,
    /// 動いている環境とデータを点検する
    Doctor,
    /// API の説明書 (OpenAPI 3.1) を出力する
    Openapi,
    /// すべてのアドレスと、だれが使えるかを一覧にする
    Routes,
    /// 組み込みのデータベースの中身を PostgreSQL へ移す (--database で移し先を指定)
    MoveToPostgres,
    /// 職員
    Staff {
        /// 何をするか
        #[command(subcommand)]
        command: Staff,
    },
}

/// Flags of `serve`.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Serve {
    /// 住民向けの待ち受け (初期値 127.0.0.1:8080)
    #[arg(long, env = "YOKOGUSHI_LISTEN", value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
    /// 職員・表示板を別の待ち受けに分ける (三層分離)
    #[arg(long, env = "YOKOGUSHI_STAFF_LISTEN", value_name = "ADDR")]
    pub(crate) staff_listen: Option<SocketAddr>,
    /// 計測値 (/metrics) の待ち受け
    #[arg(long, env = "YOKOGUSHI_METRICS", value_name = "ADDR")]
    pub(crate) metrics: Option<SocketAddr>,
    /// このプロセスの役割 (初期値 web,worker)
    #[arg(long, env = "YOKOGUSHI_ROLE", value_delimiter = ',', value_name = "ROLE")]
    pub(crate) role: Vec<Role>,
    /// デモの市を作らず、まっさらで始める
    #[arg(long, env = "YOKOGUSHI_NO_DEMO")]
    pub(crate) no_demo: bool,
}

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// Answers HTTP.
    Web,
    /// Sends messages and runs scheduled jobs.
    Worker,
}

/// Flags of `import`.
#[derive(Clone, Debug, Args)]
pub(crate) struct Import {
    /// 種類
    pub(crate) kind: ImportKind,
    /// ファイル
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// 確かめるだけで、何も書かない
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// 区域・施設のまとまりの名前 (小学校区 など)
    #[arg(long, value_name = "NAME")]
    pub(crate) set: Option<String>,
    /// 名前が入っている項目
    #[arg(long, value_name = "FIELD")]
    pub(crate) name: Option<String>,
    /// 発令日 (staff-posts): 2027-04-01
    #[arg(long, value_name = "DATE")]
    pub(crate) effective: Option<String>,
    /// 表の読み方 (programmes, costs, indicators): 付属の対応表の名前、または自分の対応表のファイル
    #[arg(long, value_name = "NAME-or-FILE")]
    pub(crate) mapping: Option<String>,
    /// 公開せず、下書きとして取り込む (programmes, costs, indicators)
    #[arg(long)]
    pub(crate) draft: bool,
    /// Excel のシート名 (programmes, costs, indicators)
    #[arg(long, value_name = "NAME")]
    pub(crate) sheet: Option<String>,
    /// 読めない行を飛ばす (人とお金の表では使えません)
    #[arg(long)]
    pub(crate) skip_bad: bool,
}

/// What can be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
pub(crate) enum ImportKind {
    /// 区域 (GeoJSON)
    Areas,
    /// 町字 (JSON)
    Towns,
    /// 施設 (CSV)
    Facilities,
    /// 部・課・係 (CSV)
    Organisation,
    /// 職員の配置 (CSV)
    StaffPosts,
    /// 国民の祝日 (内閣府の CSV)
    Holidays,
    /// 事務事業の一覧 (CSV, Excel)
    Programmes,
    /// 年度別の事業費 (CSV, Excel)
    Costs,
    /// 年度別の指標 (CSV, Excel)
    Indicators,
}

/// What can be exported.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Export {
    /// 事務事業の一覧
    Programmes {
        /// 書き出し先
        file: PathBuf,
    },
    /// 年度別の事業費
    Costs {
        /// 書き出し先
        file: PathBuf,
    },
    /// 年度別の指標
    Indicators {
        /// 書き出し先
        file: PathBuf,
    },
    /// 何もないところから始めるための、見出しだけの表
    Template {
        /// 種類
        kind: TemplateKind,
        /// 書き出し先
        file: PathBuf,
    },
}

/// Which tables have a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
pub(crate) enum TemplateKind {
    /// 事務事業の一覧
    Programmes,
    /// 年度別の事業費
    Costs,
    /// 年度別の指標
    Indicators,
}

/// Commands about staff.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Staff {
    /// 職員を1人加え、最初のパスワードを1度だけ表示する
    Add {
        /// ログイン名
        #[arg(long)]
        login: String,
        /// 氏名
        #[arg(long)]
        name: String,
        /// 職のコード (staff-posts の post と同じ)
        #[arg(long)]
        post: Option<String>,
    },
}
