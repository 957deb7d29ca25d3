# What stands on every page, in やさしい日本語.

shell-skip = ページの なかみへ
shell-language-wide = ことば / Language
shell-language-short = Language
shell-language-ja = 日本語
shell-language-easy = やさしい日本語
shell-language-en = English
shell-text-large-wide = 文字を 大きく する
shell-text-large-short = 文字 大
shell-text-normal-wide = 文字を もとに もどす
shell-text-normal-short = 文字 もとに
shell-alert-level = あぶなさの レベル{ $n }

shell-help-title = こまったとき
shell-help-phone = 電話
shell-help-fax = ファックス
shell-help-hours = 時間
shell-help-more = 聞く ところと 使い方
shell-help-call = 電話して ほしい
shell-demo = デモです(ほんとうには ない 市です)
shell-foot-privacy = あなたの 情報の あつかい
shell-foot-accessibility = 使いやすさに ついて
shell-foot-city = 数字で 見る 市

shell-tabs = おもな ページ
shell-tab-home = ホーム
shell-tab-visits = 窓口の 予約
shell-tab-find = 予約を 見る
shell-tab-help = こまったら

shell-question-back = 前の 画面へ
shell-question-next = つぎへ
shell-required = ＊かならず
shell-optional = 書かなくても いい
shell-answers-change = 変える
shell-errors-title = なおして ほしい ところが あります
shell-errors-in-title = 【なおして ください】
shell-pages = ページを 変える
shell-pages-previous = 前へ
shell-pages-next = 次へ

shell-error-next = どうすれば いいですか
shell-error-status = 番号 { $status }
shell-error-reference = 市役所に 聞くときは 「{ $reference }」と 言って ください。

shell-rail = 仕事
shell-rail-brand = { $city } 職員
shell-rail-menu = メニュー
shell-rail-close = 閉じる
shell-rail-count = 件
shell-staff-sign-out = サインアウト
