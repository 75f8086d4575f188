# Renkei の画面の言葉（日本語がもとで、英語は en.ftl）。鍵は「場所-画面-語句」。
# 書き方：です・ます、短く、何が起きて何をすればよいか。患者さんの名前や番号はここに書かない。

## どの画面でも
common-product = 連携
common-demo = 体験版
common-skip = 本文へ移る
common-test-certificate = テスト用
common-cover = 画面を閉じる
common-sign-out = 終わる（サインアウト）
common-items = { $n }件
common-newest = 新しい順に{ $n }件を表示
common-look = 確認
common-ago-now = たったいま
common-ago-minutes = { $n }分前
common-ago-today = 今日 { $time }
common-ago-yesterday = 昨日 { $time }
common-ago-days = { $n }日前
common-age-years = { $n }歳
common-age-months = { $n }か月
common-list-comma = 、
common-session-until = { $time } まで使えます
common-view-until = 閲覧は本日 { $time } まで

## 職種
profession-physician = 医師
profession-dentist = 歯科医師
profession-pharmacist = 薬剤師
profession-nurse = 看護師
profession-dietitian = 管理栄養士
profession-auxiliary = 補助作業者

## 開始の画面
start-title = 開始
start-touch-heading = 患者カードをかざしてください
start-touch-lead = 下のボタンを押してからかざすと、その方の記録が開きます。
start-read-button = { $place }で読み取る
start-reader-of = { $place }の読取機
start-reader-connected = つながっています
start-reader-away = つながっていません
start-reader-closed = 停止中
start-reader-none = この施設には読取機が登録されていません。サポートセンターへご連絡ください。
start-reader-all-away = いま使える読取機がありません。読取機の電源と、受付の端末の動きを確かめてください。
start-visits-heading = いま見られる方
start-visits-scope = 今日の受診のあいだ
start-visits-count = { $n }人・今日の受診のあいだ
start-visits-empty = いまはどなたの記録も開いていません。患者カードを読み取ると、診察が終わるまで（遅くとも今日の 23:59 まで）ここに出ます。
start-visits-open = 開く
start-visits-opened = カード { $time }　{ $place }
start-notices-heading = お知らせ
start-closed = 診察を終えました。もう一度見るには、患者カードの読み取りが必要です。
start-notice-certificate-ends = あなたの証明書の期限は { $day } です。期限までに更新してください。
start-notice-list-ends = 失効リストの期限が { $time } に切れます。切れるとサインインできなくなります。システム管理者に知らせてください。
start-notice-feed-late = { $institution }からのデータが { $ago } から届いていません。

## 読み取りを待つ画面
waiting-title = 読み取り中
waiting-heading = { $place }の読取機に、カードをかざしてください
waiting-lead = 読み取ると自動で記録が開きます。あと { $n } 秒待ちます。
waiting-go-on = 画面が変わらないときはここを押す
waiting-stop = やめる

## 患者の画面の枠
patient-band = どなたの記録か
patient-own-number = 当院番号
patient-consent-all = 同意：すべての地域（{ $day }）
patient-consent-own = 同意：登録地域のみ（{ $day }）
patient-warnings = 注意すること
patient-no-allergy = アレルギーの記録は届いていません
patient-feeds = 記録を送っている施設
patient-feed-late = （遅れ）
patient-feed-none = まだ届いていません
patient-why = 見られる理由
patient-why-card = 患者カードの提示 { $time }（{ $place }）
patient-why-consent = 参加同意
patient-why-matrix = { $profession }の権限表 第{ $version }版
patient-why-own = 自施設の記録
patient-recorded = この閲覧は記録されます
patient-withheld = ご本人の意思または決まりにより、お見せしていない項目がある場合があります。
patient-close-visit = 診察を終える
patient-tabs = 記録の種類
patient-tab-summary = まとめ
patient-tab-course = 経過
patient-tab-medicines = 薬
patient-tab-laboratory = 検査
patient-tab-diagnoses = 病名
patient-tab-encounters = 受診・入院
patient-tab-others = 画像・その他
patient-sex-male = 男性
patient-sex-female = 女性
patient-sex-other = その他
patient-sex-unknown = 性別の記録なし
patient-birth-unknown = 生年月日の記録なし

## 注意
warning-allergy = アレルギー
warning-adverse = 副作用
warning-kidney = 腎機能
warning-blood-thinner = 抗凝固・抗血小板薬
warning-blood-type = 血液型
warning-infection = 感染症
warning-other = 注意

## まとめ
summary-diagnoses = いまの病気
summary-diagnoses-empty = いま続いている病名は届いていません。施設が病名を送ると、ここに出ます。
summary-medicines = いまの薬
summary-medicines-note = 残り日数つき・同じ薬をまとめて表示
summary-medicines-empty = いま飲んでいるはずの薬の記録は届いていません。処方が送られると、ここに出ます。
summary-values = 気になる検査
summary-values-note = 基準値は測った施設のもの
summary-values-empty = 検査の数値はまだ届いていません。

## 診療カレンダー
calendar-heading = 診療カレンダー
calendar-empty = この期間の記録はありません。期間を広げると見つかることがあります。
calendar-range-3y = 3年
calendar-range-1y = 1年
calendar-range-3m = 3か月
calendar-range-1m = 1か月
calendar-row-visit = 受診
calendar-row-stay = 入院
calendar-row-prescription = 処方
calendar-row-dispensing = 調剤
calendar-row-injection = 注射
calendar-row-laboratory = 検査
calendar-row-imaging = 画像
calendar-row-endoscopy = 内視鏡
calendar-row-physiology = 生理検査
calendar-days = { $n }日
calendar-month = { $n }月
calendar-year = { $n }年

## 経過
course-heading = 経過（新しい順）
course-shown = { $n }件を表示
course-empty = この期間の記録はありません。
course-earlier = もっと前
course-later = もっと後

## 薬
medicine-current = いまの薬
medicine-groups = { $n }種類
medicine-unchecked = 未チェック
medicine-overlap = 重複（{ $n }施設）
medicine-grouping-note = 同じ薬は、薬価基準収載医薬品コードの頭7文字、なければ同じコードでまとめています。「未チェック」はコードがなく、重なりを調べられない薬です。
medicine-bars-heading = 薬の重なり
medicine-bars-note = 同じ薬を並べて表示
medicine-bars-today = 縦の線は今日です。枠だけの帯は、必要なときに使う薬です。
medicine-injections = 注射
medicine-past = これまでの薬
medicine-left = あと { $n }日
medicine-left-today = 今日まで
medicine-as-needed = 頓用 { $day }
medicine-external = { $day } から
medicine-ended = 終了 { $day }
medicine-days = { $n }日分
medicine-times = { $n }回分

## 検査
laboratory-heading = 検査結果
laboratory-collections = 採取 { $n }回
laboratory-empty = 検査結果はまだ届いていません。施設が検査結果を送ると、ここに出ます。
laboratory-analyte = 項目
laboratory-range = 基準値
laboratory-range-legend = 測った施設の基準値
laboratory-day = 採取日
laboratory-value = 値
laboratory-institution = 測った施設
laboratory-trend-heading = 推移　{ $name }
laboratory-trend-note = 点を押すと出典（施設・ファイル・項目）
laboratory-trend-table = 表で見る（{ $n }件）
laboratory-not-drawn = 数でない値が{ $n }件あります。表だけに示します。
laboratory-note = 値は届いたままの形です。H・L は測った施設の判定または基準値によります。項目名を押すと推移が出ます。
laboratory-zoom = 期間を拡大する
laboratory-unzoom = もとの図に戻す
laboratory-zoom-hint = 見たい期間を左右になぞると拡大します。二度押すと戻ります。
laboratory-cultures = 培養・薬剤感受性
laboratory-no-specimen = 材料の記録なし
laboratory-state-preliminary = 速報
laboratory-state-corrected = 修正
laboratory-state-cancelled = 中止
laboratory-state-pending = 未着

## 病名
diagnosis-current = 続いている病名
diagnosis-ended = 終わった病名
diagnosis-main = 主
diagnosis-suspected = 疑い
diagnosis-start-unknown = 開始日不明

## 受診・入院
encounter-stays = 入院
encounter-stays-empty = 入院の記録は届いていません。
encounter-visits = 外来受診
encounter-visits-empty = 外来受診の記録は届いていません。
encounter-state-planned = 予定
encounter-state-current = 入院中
encounter-state-ended = 退院
encounter-days = { $n }日間

## 画像・その他
others-empty = ほかの記録は届いていません。
others-finding = 所見
others-comment = コメント
others-department = 診療科
others-doctor = 医師
others-modality = 装置の種類
others-accession = 受付番号（検査）
others-allergy-kind = 種類
others-severity = 重さ
others-reactions = 症状
others-onset = 起きた時期
others-informant = 聞いた相手
others-insurer = 保険者
others-insured = 記号・番号
others-relation = 続柄
others-period = 期間
others-phone = 電話
others-address = 住所
others-source = この記録の出典を見る

encounter-planned = 予定
encounter-changes = 担当医の変更
laboratory-comments = 報告のコメント
laboratory-flag-abnormal = 異常
laboratory-field-general = 一般検査
laboratory-field-blood = 血液学的検査
laboratory-field-chemistry = 生化学的検査
laboratory-field-hormones = 内分泌学的検査
laboratory-field-immunology = 免疫学的検査
laboratory-field-microbiology = 微生物学的検査
laboratory-field-pathology = 病理学的検査
laboratory-field-other = その他の検体検査
laboratory-field-local = 標準コードのない検査
patient-identity-differs = 氏名・生年月日・性別の記録が施設により違います
warning-identity = 本人の確認
others-allergies = アレルギー・副作用
others-more-items = { $title } ほか { $n }件

## 出典
source-title = 出典
source-institution = 送った施設
source-data-type = データの種類
source-file = ファイル
source-clinical-time = 診療の日時
source-received = 受け取った日時
source-state = 状態
source-state-withdrawn = 取り消されました
state-partial = 一部実施
source-note = 下の文字は、届いたファイルにあるとおりです。読みかえや丸めはしていません。
source-fields = ファイルの中の場所
source-place = 場所
source-meaning = 意味
source-text = 書かれている文字
source-patient-number = （患者番号）
source-unit = 単位
source-value-type = 値の型
source-sub-id = 枝番
source-flag = 異常の印
source-observed = 測った日時
source-drug = 薬
source-dose = 1回の量
source-form = 剤形
source-instruction = 飲み方の指示
source-total = 全体の量
source-daily = 1日の量
source-category = 区分
source-additional = ほかのコード
source-action-time = 登録の日時
source-disease = 病名のコード
source-instance = 管理番号
source-diagnosed = 診断の日
source-resolved = 終わった日
source-icd10 = ICD-10 と種類
source-outcome = 転帰
source-onset = 発症の日
source-displayed = 表示する病名
source-allergen = 原因のもの
source-class = 入院・外来の別
source-location = 病棟・病室
source-admitted = 入院・来院の日時
source-discharged = 退院の日時
source-name = 氏名
source-birth = 生年月日
source-sex = 性別
source-demographics = 患者基本情報

## 閉じた画面・終わり
covered-title = 画面を閉じています
covered-heading = 画面を閉じています
covered-lead = 記録は見えません。席に戻ったら、つづけるを押してください。席を長く離れるときは、カードを抜いてサインアウトしてください。
covered-go-on = つづける
ended-title = 終わりました
ended-again = もう一度サインインする
ended-signed-out-heading = サインアウトしました
ended-signed-out-lead = カードを抜き、ブラウザーの窓をすべて閉じてください。
ended-idle-heading = しばらく操作がなかったため、終わりました
ended-idle-lead = 15分のあいだ操作がなかったので、記録を閉じました。つづけるには、もう一度サインインしてください。
ended-absolute-heading = 使える時間が過ぎたため、終わりました
ended-absolute-lead = サインインから12時間、または証明書の期限に達しました。つづけるには、もう一度サインインしてください。

## 患者さんの入口
entrance-title = わたしの健康
entrance-heading = わたしの健康
entrance-lead = ここは患者さんとご家族の入口です。ご自分の記録を見るページは、まだ用意していません。用意ができましたら、登録の窓口からお知らせします。

## お断り（題・理由・することの三つ）
refusal-what-to-do = どうすればよいか
refusal-call = お問い合わせ
refusal-reference = 受付番号
refusal-at = 日時
refusal-to-start = 開始の画面へ

refusal-no-certificate-title = 証明書が選ばれていません
refusal-no-certificate-why = この入口は、HPKI カードなどの証明書で使う人を確かめます。いまの接続には証明書がありませんでした。
refusal-no-certificate-do = カードを読取機に入れ、ブラウザーの窓をすべて閉じてから開き直し、証明書と暗証番号を選んでください。それでも出ない古いカードは、下の「古いカードの入口」を使ってください。
refusal-no-certificate-older = 古いカードの入口
refusal-certificate-expired-title = 証明書の期限が切れています
refusal-certificate-expired-why = お使いの証明書は有効な期間を過ぎています。
refusal-certificate-expired-do = 証明書を発行した認証局で更新してください。更新したら、サポートセンターに知らせてください。
refusal-certificate-not-yet-title = 証明書はまだ使えません
refusal-certificate-not-yet-why = お使いの証明書の有効な期間は、まだ始まっていません。
refusal-certificate-not-yet-do = 始まる日まで待つか、前の証明書をお使いください。端末の日付が正しいかも確かめてください。
refusal-certificate-revoked-title = この証明書は失効しています
refusal-certificate-revoked-why = 認証局の失効リストに、お使いの証明書が載っています。
refusal-certificate-revoked-do = なくしたカードが見つかった場合も使えません。認証局で新しい証明書を受け取り、サポートセンターに知らせてください。
refusal-certificate-unknown-title = この証明書では入れません
refusal-certificate-unknown-why = お使いの証明書は、この仕組みが受け入れている認証局または種類のものではありません。
refusal-certificate-unknown-do = 保健医療福祉分野の公開鍵基盤（HPKI）の認証用の証明書を選んでください。
refusal-certificate-broken-title = この証明書は読めません
refusal-certificate-broken-why = 証明書の内容が決まりどおりではないため、使う人を確かめられません。
refusal-certificate-broken-do = 別のカードで試し、同じことが起きるときはサポートセンターに受付番号を伝えてください。
refusal-signing-certificate-title = 署名用の証明書が選ばれています
refusal-signing-certificate-why = 署名用の証明書ではサインインできません。
refusal-signing-certificate-do = ブラウザーの窓をすべて閉じて開き直し、「認証用」の証明書を選んでください。
refusal-test-certificate-title = テスト用の証明書では入れません
refusal-test-certificate-why = 医師と薬剤師は、本番の証明書が必要です。お使いの証明書はテスト用です。
refusal-test-certificate-do = 本番の HPKI カードをお使いください。まだお持ちでないときは、施設の窓口担当者に相談してください。
refusal-profession-mismatch-title = 証明書と登録の職種が合いません
refusal-profession-mismatch-why = 証明書にある資格と、利用者として登録された職種が違います。
refusal-profession-mismatch-do = ご自分のカードか確かめてください。合っているときは、登録の訂正が必要です。サポートセンターに受付番号を伝えてください。
refusal-unknown-person-title = 利用者として確かめられません
refusal-unknown-person-why = 証明書は確かめられましたが、いまこの仕組みを使える方としての登録が見つかりません。
refusal-unknown-person-do = 施設の窓口担当者に、利用の申請がすんでいるか確かめてください。
refusal-list-stale-title = いまは証明書を確かめられません
refusal-list-stale-why = 証明書が失効していないかを調べるリストが、古くなっているか、正しく受け取れていません。安全のため、新しいリストが届くまで入れません。
refusal-list-stale-do = あなたの証明書の問題ではありません。システム管理者が対応します。急ぐときはサポートセンターに電話してください。
refusal-certificate-changed-title = 途中で証明書が変わりました
refusal-certificate-changed-why = サインインしたときと違う証明書が使われたため、記録を閉じました。
refusal-certificate-changed-do = ブラウザーの窓をすべて閉じ、ご自分のカードでサインインし直してください。
refusal-no-permission-title = この方の記録を見る許可がありません
refusal-no-permission-why = 記録を見るには、その日の患者カードの読み取りが必要です。許可は診察を終えたとき、または日が変わるときに終わります。
refusal-no-permission-do = 患者さんに患者カードを見せていただき、開始の画面から読み取ってください。
refusal-card-refused-title = このカードでは記録を開けません
refusal-card-refused-why = カードを確かめましたが、記録を開く許可になりませんでした。理由はこの画面には出しません。
refusal-card-refused-do = もう一度ゆっくりかざしてください。同じときは、患者さんにサポートセンターへ問い合わせていただくか、受付番号を伝えてください。
refusal-card-timeout-title = カードを読み取れませんでした
refusal-card-timeout-why = 待つ時間のあいだに、カードが読み取られませんでした。
refusal-card-timeout-do = 開始の画面に戻り、もう一度ボタンを押してから、カードを読取機に当ててください。
refusal-reader-closed-title = この読取機は止まっています
refusal-reader-closed-why = 登録のないカードが続けて読み取られたため、この読取機の読み取りを止めました。
refusal-reader-closed-do = サポートセンターに電話してください。確かめたあとで使えるようになります。
refusal-reader-away-title = 読取機につながりません
refusal-reader-away-why = この場所の読取機から返事がありません。
refusal-reader-away-do = 読取機のケーブルと、受付の端末で読み取りの仕組みが動いているかを確かめてください。
refusal-too-many-sessions-title = 同時に使える数を超えています
refusal-too-many-sessions-why = 同じ方が、ほかの場所で同時にサインインしています。
refusal-too-many-sessions-do = ほかの端末で「終わる」を押してから、もう一度サインインしてください。心当たりがないときは、すぐにサポートセンターへ連絡してください。
refusal-malformed-title = 送られた内容を読めませんでした
refusal-malformed-why = 必要な項目がないか、形が違います。何も変わっていません。
refusal-malformed-do = 前の画面に戻り、もう一度お試しください。
refusal-form-stale-title = 画面が古くなっています
refusal-form-stale-why = この画面を開いたあとにサインインし直したか、別の窓から送られたため、受け付けませんでした。何も変わっていません。
refusal-form-stale-do = 開始の画面を開き直して、もう一度お試しください。
refusal-not-signed-in-title = サインインしていません
refusal-not-signed-in-why = サインインの期限が切れたか、まだサインインしていません。
refusal-not-signed-in-do = カードを入れて、もう一度サインインしてください。
refusal-not-allowed-title = この操作はできません
refusal-not-allowed-why = あなたの職種または登録では、この操作は認められていません。
refusal-not-allowed-do = 必要なときは、施設の窓口担当者に相談してください。
refusal-not-found-title = 該当がありません
refusal-not-found-why = お探しのページはありません。
refusal-not-found-do = 番地の打ち間違いがないか確かめるか、開始の画面からたどってください。
refusal-conflict-title = ほかの方が先に変えました
refusal-conflict-why = この画面を開いたあとに、内容が変わりました。
refusal-conflict-do = 画面を開き直し、いまの内容を確かめてからお試しください。
refusal-evidence-missing-title = 必要なものがそろっていません
refusal-evidence-missing-why = 承認または書類がまだありません。
refusal-evidence-missing-do = 足りないものをそろえてから、もう一度お試しください。
refusal-against-rule-title = 決まりに合わないため、受け付けられません
refusal-against-rule-why = 形は正しいのですが、決まりに合いません。何も変わっていません。
refusal-against-rule-do = 内容を直して、もう一度お試しください。
refusal-blocked-title = いまは使えません
refusal-blocked-why = あなた、端末、または施設の利用が止められています。
refusal-blocked-do = サポートセンターに受付番号を伝えてください。
refusal-too-many-title = 回数が多すぎます
refusal-too-many-why = 短い時間に同じ操作が続きました。
refusal-too-many-do = 1分ほど待ってからお試しください。
refusal-stopped-title = いまは止まっています
refusal-stopped-why = 保守または障害のため、受け付けられません。記録を残せないときは、安全のためお見せしません。
refusal-stopped-do = しばらく待ってからお試しください。続くときはサポートセンターに電話してください。
refusal-unexpected-title = こちらの不具合で、表示できません
refusal-unexpected-why = 思わぬことが起きました。あなたの操作のせいではありません。
refusal-unexpected-do = もう一度お試しください。続くときは、サポートセンターに受付番号を伝えてください。
