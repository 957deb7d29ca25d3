# What stands on every page: header, help, footer, forms, errors, back office frame.

shell-skip = 本文へ
shell-language-wide = 言葉 / Language
shell-language-short = Language
shell-language-ja = 日本語
shell-language-easy = やさしい日本語
shell-language-en = English
shell-text-large-wide = 文字を大きく
shell-text-large-short = 文字 大
shell-text-normal-wide = 文字を元の大きさに
shell-text-normal-short = 文字 元に
shell-alert-level = 警戒レベル{ $n }

shell-help-title = 困ったときは
shell-help-phone = 電話
shell-help-fax = FAX
shell-help-hours = 時間
shell-help-more = 問い合わせ先と使い方
shell-help-call = 電話してほしい
shell-demo = デモ(架空の市です)
shell-foot-privacy = 個人情報の扱い
shell-foot-accessibility = 使いやすさについて
shell-foot-city = 数字で見る市

shell-tabs = おもなページ
shell-tab-home = ホーム
shell-tab-visits = 窓口予約
shell-tab-find = 予約の確認
shell-tab-help = 困ったら

shell-question-back = 前の画面へ
shell-question-next = つぎへ
shell-required = ＊必須
shell-optional = 任意
shell-answers-change = 変更
shell-errors-title = 直していただきたいところがあります
shell-errors-in-title = 【入力の確認】
shell-pages = ページの移動
shell-pages-previous = 前へ
shell-pages-next = 次へ

shell-error-next = どうすればよいですか
shell-error-status = 番号 { $status }
shell-error-reference = お問い合わせのときは「{ $reference }」とお伝えください。

shell-rail = 業務
shell-rail-brand = { $city } 職員
shell-rail-menu = メニュー
shell-rail-close = 閉じる
shell-rail-count = 件
shell-staff-sign-out = サインアウト
