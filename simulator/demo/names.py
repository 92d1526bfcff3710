"""Names that Japanese companies really meet, with reading and romanisation."""

LAST_NAMES = [
    tuple(entry.split(":"))
    for entry in """
    佐藤:サトウ:sato 鈴木:スズキ:suzuki 髙橋:タカハシ:takahashi 高橋:タカハシ:takahashi
    田中:タナカ:tanaka 伊藤:イトウ:ito 渡辺:ワタナベ:watanabe 渡邊:ワタナベ:watanabe
    渡邉:ワタナベ:watanabe 山本:ヤマモト:yamamoto 中村:ナカムラ:nakamura 小林:コバヤシ:kobayashi
    加藤:カトウ:kato 吉田:ヨシダ:yoshida 𠮷田:ヨシダ:yoshida 山田:ヤマダ:yamada
    佐々木:ササキ:sasaki 山口:ヤマグチ:yamaguchi 松本:マツモト:matsumoto 井上:イノウエ:inoue
    木村:キムラ:kimura 林:ハヤシ:hayashi 斎藤:サイトウ:saito 齋藤:サイトウ:saito
    齊藤:サイトウ:saito 清水:シミズ:shimizu 山崎:ヤマザキ:yamazaki 山﨑:ヤマサキ:yamasaki
    髙﨑:タカサキ:takasaki 阿部:アベ:abe 森:モリ:mori 池田:イケダ:ikeda 橋本:ハシモト:hashimoto
    石川:イシカワ:ishikawa 中島:ナカジマ:nakajima 中嶋:ナカジマ:nakajima 前田:マエダ:maeda
    藤田:フジタ:fujita 小川:オガワ:ogawa 後藤:ゴトウ:goto 岡田:オカダ:okada
    長谷川:ハセガワ:hasegawa 村上:ムラカミ:murakami 近藤:コンドウ:kondo 石井:イシイ:ishii
    坂本:サカモト:sakamoto 遠藤:エンドウ:endo 藤井:フジイ:fujii 青木:アオキ:aoki
    西村:ニシムラ:nishimura 福田:フクダ:fukuda 太田:オオタ:ota 三浦:ミウラ:miura
    岡本:オカモト:okamoto 松田:マツダ:matsuda 中川:ナカガワ:nakagawa 濵田:ハマダ:hamada
    小野:オノ:ono 竹内:タケウチ:takeuchi 和田:ワダ:wada 德永:トクナガ:tokunaga
    勅使河原:テシガワラ:teshigawara 五十嵐:イガラシ:igarashi 辻󠄀:ツジ:tsuji 邉見:ヘンミ:hemmi
    """.split()
]
MALE_NAMES = [
    tuple(entry.split(":"))
    for entry in """
    太郎:タロウ:taro 一郎:イチロウ:ichiro 健太:ケンタ:kenta 翔:ショウ:sho 大輔:ダイスケ:daisuke
    拓也:タクヤ:takuya 直樹:ナオキ:naoki 達也:タツヤ:tatsuya 誠:マコト:makoto 学:マナブ:manabu
    哲也:テツヤ:tetsuya 和也:カズヤ:kazuya 浩二:コウジ:koji 隆:タカシ:takashi 修:オサム:osamu
    蓮:レン:ren 悠真:ユウマ:yuma 湊:ミナト:minato 大翔:ヒロト:hiroto 健一郎:ケンイチロウ:kenichiro
    裕介:ユウスケ:yusuke 亮:リョウ:ryo 剛:ツヨシ:tsuyoshi 聡:サトシ:satoshi 進:ススム:susumu
    """.split()
]
FEMALE_NAMES = [
    tuple(entry.split(":"))
    for entry in """
    花子:ハナコ:hanako 美咲:ミサキ:misaki 陽子:ヨウコ:yoko 恵子:ケイコ:keiko 由美子:ユミコ:yumiko
    久美子:クミコ:kumiko 真由美:マユミ:mayumi 智子:トモコ:tomoko 愛:アイ:ai 彩:アヤ:aya
    さくら:サクラ:sakura 結衣:ユイ:yui 葵:アオイ:aoi 凛:リン:rin 陽菜:ヒナ:hina
    千尋:チヒロ:chihiro 麻衣:マイ:mai 香織:カオリ:kaori 裕子:ユウコ:yuko 幸子:サチコ:sachiko
    直美:ナオミ:naomi 明日香:アスカ:asuka 詩織:シオリ:shiori 沙也加:サヤカ:sayaka 舞:マイ:mai
    """.split()
]
FOREIGN_NAMES = [
    ("グエン", "ティ・ラン", "グエン", "ティ・ラン", "lan.nguyen"),
    ("SMITH", "John Robert", "スミス", "ジョン・ロバート", "john.smith"),
    ("王", "小明", "オウ", "ショウメイ", "xiaoming.wang"),
    ("サントス", "マリア・クリスティーナ", "サントス", "マリア・クリスティーナ", "maria.santos"),
]
