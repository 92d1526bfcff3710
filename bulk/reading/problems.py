"""Why a file cannot be read; the text is for people (B6)."""

from typing import Final


class Unreadable(Exception):
    """Nothing of the file was used. Its text says in Japanese what is wrong and what to do."""


NOT_EXCEL: Final = "Excelファイルとして開けません。.xlsx形式で保存し直してください。"
OLD_EXCEL: Final = (
    "古い形式（.xls）のExcelファイルは読み取れません。.xlsx形式で保存し直してください。"
)
ENCRYPTED: Final = (
    "パスワードで保護されたファイルは読み取れません。保護を解除して保存し直してください。"
)
MACROS: Final = (
    "マクロを含むファイルは読み取れません。「Excelブック（.xlsx）」の形式で保存し直してください。"
)
BINARY: Final = (
    "バイナリ形式（.xlsb）のファイルは読み取れません。"
    "「Excelブック（.xlsx）」の形式で保存し直してください。"
)
TOO_LARGE: Final = "ファイルが大きすぎます（10MBまで）。ファイルを分けてください。"
TOO_LARGE_UNPACKED: Final = (
    "ファイルの中身が大きすぎます（展開後100MBまで）。"
    "使っていない行・列や画像を削除するか、ファイルを分けてください。"
)
EMPTY: Final = "ファイルが空です。内容のあるファイルを選択してください。"
HIDDEN: Final = "「{}」のシートが非表示になっています。再表示して保存し直してください。"
MERGED: Final = (
    "「{sheet}」のシートでセル{cells}が結合されています。結合を解除して保存し直してください。"
)
NO_SHEET: Final = (
    "「{}」という名前のシートがありません。"
    "エクスポートしたファイルと同じ名前のシートに入力してください。"
)
NO_HEADINGS: Final = (
    "1行目に見出し（{}）がありません。"
    "見出しは、エクスポートしたファイルのまま1行目に置いてください。"
)
MISSING_HEADING: Final = (
    "1行目に見出し「{}」がありません。エクスポートしたファイルと同じ見出しにしてください。"
)
UNKNOWN_HEADING: Final = (
    "{cell}の見出し「{heading}」は使えません。"
    "エクスポートしたファイルと同じ見出しにするか、列を削除してください。"
)
HEADING_TWICE: Final = "見出し「{}」が2つあります。1つにしてください。"
TOO_MANY_ROWS: Final = "行数が上限（{:,}行）を超えています。ファイルを分けてください。"
NO_ROWS: Final = (
    "「{}」のシートに取り込む行がありません。2行目から入力し、もう一度選択してください。"
)
